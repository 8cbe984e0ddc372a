//! The ways between programs and servers are cut, half open, slow or late.

use crate::drill::{Drill, Ways};
use crate::reference::faultless;
use crate::schedule::{Chance, soak};
use std::time::Duration;
use testbed::Proxy;

type Choose = fn(&Ways) -> &Proxy;

const WAYS: [(&str, Choose); 5] = [
    ("reports", |ways| &ways.reports),
    ("intake", |ways| &ways.intake),
    ("outbox", |ways| &ways.outbox),
    ("inbox", |ways| &ways.inbox),
    ("store", |ways| &ways.store),
];

#[derive(Debug, Clone, Copy)]
enum Trouble {
    Cut,
    HalfOpen,
    Slow,
    Late,
}

impl Trouble {
    const ALL: [Self; 4] = [Self::Cut, Self::HalfOpen, Self::Slow, Self::Late];

    fn befall(self, way: &Proxy) {
        match self {
            Self::Cut => way.cut(),
            Self::HalfOpen => way.strand(),
            Self::Slow => way.slow(10_000),
            Self::Late => way.delay(Duration::from_secs(2)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ways_that_are_cut_half_open_slow_or_late() {
    let expected = faultless().await;
    let mut chance = Chance::of("ways");
    let all = WAYS.iter().flat_map(|way| Trouble::ALL.map(|trouble| (*way, trouble))).collect();
    let troubles = chance.shuffled(all);
    let replays = if soak() { 4 } else { 1 };
    for troubles in troubles.chunks(5).take(replays) {
        let mut drill = Drill::start().await;
        drill.play();
        for (moment, ((name, way), trouble)) in [0.08, 0.24, 0.4, 0.56, 0.72].into_iter().zip(troubles) {
            drill.play_until(moment).await;
            eprintln!("{:6.1} s: {name} {trouble:?}", drill.played().as_secs_f64());
            trouble.befall(way(&drill.ways));
            tokio::time::sleep(Duration::from_secs(6)).await;
            way(&drill.ways).restore();
        }
        drill.must_match(expected).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_half_open_at_once() {
    let expected = faultless().await;
    let mut drill = Drill::start().await;
    drill.play();
    drill.play_until(0.3).await;
    for (_, way) in WAYS {
        way(&drill.ways).strand();
    }
    drill.must_match(expected).await;
}
