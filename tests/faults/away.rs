//! A server is away for a while.

use crate::drill::Drill;
use crate::fault::{Blow, Strike, Victim};
use crate::reference::faultless;
use crate::schedule::soak;
use std::time::Duration;

/// A minute with `--soak`.
fn a_while() -> Duration {
    Duration::from_secs(if soak() { 60 } else { 10 })
}

#[tokio::test(flavor = "multi_thread")]
async fn without_each_server_for_a_while() {
    let expected = faultless().await;
    // With a minute for each there is not room for all in one replay.
    let replays: Vec<Vec<Victim>> = if soak() {
        Victim::SERVERS.map(|server| vec![server]).to_vec()
    } else {
        vec![Victim::SERVERS.to_vec()]
    };
    for servers in replays {
        let mut drill = Drill::start().await;
        drill.play();
        for (moment, server) in [0.1, 0.35, 0.6].into_iter().zip(servers) {
            drill.play_until(moment).await;
            drill.strike(&[Strike(server, Blow::Terminate)], a_while()).await;
            drill.well().await;
        }
        drill.must_match(expected).await;
    }
}
