//! A second gateway or collector is started by mistake.

use crate::drill::Drill;
use crate::reference::faultless;
use std::time::Duration;
use testbed::{Program, Running};

const LONG: Duration = Duration::from_secs(60);

/// Starts a second one with a state folder of its own and sees it end by itself, with the reason in its log.
async fn second_ends(drill: &Drill, program: Program) {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().display().to_string();
    let settings = [("VIGIROUTE_HEALTH_BIND", "127.0.0.1:0"), ("VIGIROUTE_STATE_DIR", state.as_str())];
    let mut second = Running::start(program, &drill.city.stack, &settings).expect("the program was built");
    let ended = second.wait(LONG).await;
    assert_eq!(ended.and_then(|status| status.code()), Some(1), "{}", second.tail());
    let said = format!("a {program} runs already; this one ends");
    assert!(second.tail().contains(&said), "{}", second.tail());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_of_a_name_says_so_and_ends_and_the_first_goes_on() {
    let expected = faultless().await;
    let mut drill = Drill::start().await;
    drill.play();
    let first: Vec<_> = drill.city.programs.values().map(Running::id).collect();
    drill.play_until(0.1).await;
    for program in [Program::Gateway, Program::Collector] {
        second_ends(&drill, program).await;
    }
    drill.must_match(expected).await;
    // Neither the programs nor their connections were disturbed.
    assert_eq!(drill.city.programs.values().map(Running::id).collect::<Vec<_>>(), first);
    for program in [Program::Gateway, Program::Collector] {
        assert_eq!(drill.city.metric(program, "vigiroute_xmpp_online_total", "").await, 1.0, "{program}");
    }
    assert_eq!(drill.city.metric(Program::Gateway, "vigiroute_mqtt_connects_total", "").await, 1.0);
}
