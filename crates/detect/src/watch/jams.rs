//! Jams: queues that last. Each queue is one event from its onset until it has dissolved.

use super::jam::Jam;
use super::queues::Queue;
use crate::output::Output;
use crate::settings::JamSettings;
use model::Timestamp;
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The queues that are jams, or may become some, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Jams {
    jams: Vec<Jam>,
}

/// What jams are judged by.
pub(crate) struct Look<'a> {
    pub(crate) now: Timestamp,
    pub(crate) network: &'a Network,
    pub(crate) settings: &'a JamSettings,
    /// The share of all vehicles that report.
    pub(crate) share: f64,
    /// The longest that a light is usually red, in seconds.
    pub(crate) red_s: f64,
}

impl Jams {
    /// Compares the queues of now with the jams that go on.
    pub(crate) fn tick(&mut self, queues: &[Queue], look: &Look<'_>, out: &mut Vec<Output>) {
        let mut mine: Vec<Vec<&Queue>> = vec![Vec::new(); self.jams.len()];
        let mut by_link: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (index, jam) in self.jams.iter().enumerate() {
            jam.links().for_each(|link| by_link.entry(link).or_default().push(index));
        }
        let mut new = Vec::new();
        for queue in queues.iter().filter(|queue| queue.estimated >= look.settings.keep_vehicles) {
            let near = near(queue, &by_link, look.network);
            let mut touching: Vec<usize> =
                near.iter().copied().filter(|index| self.jams[*index].touches(queue, look)).collect();
            if touching.iter().all(|index| self.jams[*index].id().is_none()) {
                // What springs up right beside a jam belongs to it; two that are jams already are two until they meet.
                touching.extend(near.iter().find(|index| self.jams[**index].is_beside(queue, look)));
                touching.sort_unstable();
                touching.dedup();
            }
            match touching.split_first() {
                Some((&first, others)) => {
                    mine[first].push(queue);
                    // Those who wait for their green make no jams one.
                    let others = if queue.is_held_up() { others } else { &[] };
                    // What one queue joins is one jam: the older goes on.
                    for &other in others {
                        self.jams[other]
                            .links()
                            .for_each(|link| by_link.entry(link).or_default().push(first));
                        let (older, younger) = self.jams.split_at_mut(other);
                        older[first].absorb(&mut younger[0], look, out);
                        let moved = std::mem::take(&mut mine[other]);
                        mine[first].extend(moved);
                    }
                }
                None => new.push(queue),
            }
        }
        for (jam, queues) in self.jams.iter_mut().zip(&mine) {
            jam.follow(queues, look, out);
        }
        self.jams.retain(|jam| !jam.is_over());
        for queue in new {
            let mut jam = Jam::forming(queue, look.now);
            jam.follow(&[queue], look, out);
            self.jams.push(jam);
        }
    }

    /// Whether there is nothing that time alone can change.
    pub(crate) fn is_idle(&self) -> bool {
        self.jams.is_empty()
    }

    /// Takes back a jam that a former run kept, and gives the links it was on; `None` if `value` was none.
    pub(crate) fn restore(&mut self, value: serde_json::Value, network: &Network) -> Option<Vec<u32>> {
        let jam = Jam::restored(value, network)?;
        let links = jam.links().collect();
        self.jams.push(jam);
        self.jams.sort_by_key(Jam::id);
        Some(links)
    }
}

/// The jams on the links of a queue, and on those next to them.
fn near(queue: &Queue, by_link: &BTreeMap<u32, Vec<usize>>, network: &Network) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for link in queue.pieces.keys() {
        let own = network.link(LinkIdx(*link));
        let next = network.incoming(own.from).iter().chain(network.outgoing(own.to)).map(|other| other.0);
        for link in next.chain([*link]) {
            found.extend(by_link.get(&link).into_iter().flatten());
        }
    }
    found
}
