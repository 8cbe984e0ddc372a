//! An hour of traffic while whatever runs is killed again and again. Bounded, repeatable by its seed, on this machine only.

use crate::drill::Drill;
use crate::fault::{Blow, Strike, Victim};
use crate::recording::Recording;
use crate::reference::faultless;
use crate::schedule::{Chance, soak};
use crate::state::State;
use std::time::Duration;

/// How long, unless `VIGIROUTE_SOAK_MINUTES` says otherwise.
const USUAL_MINUTES: u64 = 60;
/// How much faster than played the faultless run is.
const REFERENCE_SPEED: f64 = 20.0;

/// The recording, and what it leaves when nothing happens. Without `--soak` those that all tests have.
async fn story() -> (&'static Recording, State) {
    if !soak() {
        return (Recording::short(), faultless().await.clone());
    }
    let minutes = std::env::var("VIGIROUTE_SOAK_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    let recording = Recording::lasting(Duration::from_secs(60 * minutes.unwrap_or(USUAL_MINUTES)));
    let mut drill = Drill::with(recording).await;
    drill.play_from(0.0, REFERENCE_SPEED);
    drill.play_to_the_end().await;
    (recording, drill.settled().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn random_kills_while_traffic_goes_on() {
    let (recording, expected) = story().await;
    let mut chance = Chance::of("random_kills");
    eprintln!("{} events in the faultless run", expected.events.len());
    let mut drill = Drill::with(recording).await;
    drill.play();
    let victims: Vec<Victim> = Victim::all().collect();
    let total = recording.playing_time();
    loop {
        let pause = chance.between(Duration::from_secs(3), Duration::from_secs(20));
        if drill.played() + pause + Duration::from_secs(15) > total {
            break;
        }
        tokio::time::sleep(pause).await;
        let blow = |chance: &mut Chance| chance.pick(&[Blow::Kill, Blow::Kill, Blow::Terminate]);
        let first = chance.pick(&victims);
        let mut strikes = vec![Strike(first, blow(&mut chance))];
        let second = chance.pick(&victims);
        if second != first && chance.share(0.0, 1.0) < 0.3 {
            strikes.push(Strike(second, blow(&mut chance)));
        }
        drill.strike(&strikes, chance.between(Duration::ZERO, Duration::from_secs(8))).await;
    }
    drill.must_match(&expected).await;
}
