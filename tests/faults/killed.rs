//! Programs and servers are killed or told to end, and started again.

use crate::drill::Drill;
use crate::fault::{Blow, Strike, Victim};
use crate::reference::faultless;
use crate::schedule::{Chance, soak};
use std::time::Duration;

/// From when until when blows fall, as shares of the playing time: traffic is there, and some is left afterwards.
const FIRST: f64 = 0.08;
const LAST: f64 = 0.85;
/// How long what was struck stays away.
const AWAY: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(1_500)];

/// Plays the recording once while these blows fall, spread over it by chance, and compares.
async fn survive(test: &str, blows: Vec<Vec<Strike>>) {
    let expected = faultless().await;
    let mut chance = Chance::of(test);
    let mut drill = Drill::start().await;
    drill.play();
    let slot = (LAST - FIRST) / blows.len() as f64;
    for (index, strikes) in chance.shuffled(blows).into_iter().enumerate() {
        let begin = FIRST + slot * index as f64;
        drill.play_until(chance.share(begin, begin + slot / 2.0)).await;
        drill.strike(&strikes, chance.between(AWAY[0], AWAY[1])).await;
    }
    drill.must_match(expected).await;
}

/// The blows of one replay: each of these victims once by each signal.
fn alone(victims: &[Victim]) -> Vec<Vec<Strike>> {
    let each = |victim| [Blow::Kill, Blow::Terminate].map(|blow| vec![Strike(victim, blow)]);
    victims.iter().copied().flat_map(each).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_program_alone() {
    survive("each_program_alone", alone(&Victim::PROGRAMS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_server_alone() {
    survive("each_server_alone", alone(&Victim::SERVERS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_two_together() {
    let mut chance = Chance::of("any_two_together");
    let pairs = chance.shuffled(Victim::pairs());
    // All 21 pairs with --soak, in replays of seven.
    let replays = if soak() { 3 } else { 1 };
    for pairs in pairs.chunks(7).take(replays) {
        let both = |pair: &[Victim; 2]| pair.map(|victim| Strike(victim, Blow::Kill)).to_vec();
        survive("any_two_together", pairs.iter().map(both).collect()).await;
    }
}
