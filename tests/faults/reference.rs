//! The run in which nothing happens, once for all tests.

use crate::drill::Drill;
use crate::state::State;
use model::{EventKind, Phase};
use tokio::sync::OnceCell;

/// What the store holds when nothing happened.
pub async fn faultless() -> &'static State {
    static STATE: OnceCell<State> = OnceCell::const_new();
    STATE
        .get_or_init(async || {
            let mut drill = Drill::start().await;
            drill.play();
            drill.play_to_the_end().await;
            drill.settled().await
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recording_has_a_story_and_playing_it_twice_adds_nothing() {
    let state = faultless().await;
    assert_eq!(state.flaws(), Vec::<String>::new());
    let count =
        |kind, phase| state.events.iter().filter(|event| event.kind == kind && event.phase == phase).count();
    assert!(count(EventKind::ZoneEntry, Phase::Started) > 300);
    assert!(count(EventKind::ZoneExit, Phase::Started) > 200);
    assert!(count(EventKind::Accident, Phase::Ended) >= 1, "one is cleared");
    assert!(count(EventKind::Jam, Phase::Ended) >= 1, "one dissolves");
    assert!(count(EventKind::Accident, Phase::Updated) >= 1, "another stays");
    assert!(state.open().len() >= 2, "a queue stays, too: {:?}", state.open());
    let mut drill = Drill::start().await;
    drill.play();
    drill.must_match(state).await;
}
