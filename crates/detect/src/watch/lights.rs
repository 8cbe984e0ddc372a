//! Where traffic lights make vehicles wait.

use roadnet::{LinkIdx, Network};

/// A light belongs to a link that passes it within this distance, in metres.
const BESIDE_M: f64 = 12.0;
/// A light at the very beginning of a link is behind whoever is on it, in metres.
const BEHIND_M: f64 = 15.0;
/// So far before a light a link without one of its own still leads to it, in metres.
const LEADS_TO_M: f64 = 120.0;
/// A queue before a light is looked for so far back, in metres.
const REACH_M: f64 = 500.0;

/// For each link the stop line that its traffic comes to.
#[derive(Debug, Default)]
pub(crate) struct Lights {
    /// Metres from the beginning of the link; more than its length where the light is on a link that follows.
    stop_m: Vec<Option<f64>>,
}

impl Lights {
    pub(crate) fn of(network: &Network) -> Self {
        let mut stop_m: Vec<Option<f64>> = vec![None; network.link_count()];
        for signal in network.signals() {
            for near in network.near(*signal, BESIDE_M) {
                let at_m = near.offset_m;
                let length_m = network.link(near.link).line.length_m();
                if at_m > BEHIND_M.min(length_m / 2.0) {
                    let stop = &mut stop_m[near.link.0 as usize];
                    *stop = Some(stop.map_or(at_m, |known| known.max(at_m)));
                }
            }
        }
        // What leads to a link before a light, leads to the light; a few rounds, as such links are short.
        for _ in 0..4 {
            let known = stop_m.clone();
            for (index, link) in network.links() {
                let length_m = link.line.length_m();
                let onward = network.outgoing(link.to).iter().filter(|next| link.opposite != Some(**next));
                let next = onward.filter_map(|next| known[next.0 as usize]).min_by(f64::total_cmp);
                let slot = &mut stop_m[index.0 as usize];
                if slot.is_none() && next.is_some_and(|stop_m| stop_m <= LEADS_TO_M) {
                    *slot = next.map(|stop_m| length_m + stop_m);
                }
            }
        }
        Self { stop_m }
    }

    /// Metres from a place to the stop line ahead of it, if there is one near enough to wait at.
    pub(crate) fn ahead_m(&self, link: LinkIdx, offset_m: f64) -> Option<f64> {
        let ahead_m = self.stop_m[link.0 as usize]? - offset_m;
        (-10.0..=REACH_M).contains(&ahead_m).then_some(ahead_m.max(0.0))
    }

    /// Whether a vehicle that was `before_m` short of a stop line has passed it when it is at this place now.
    pub(crate) fn passed(&self, before_m: f64, moved_m: f64, link: LinkIdx, offset_m: f64) -> bool {
        let expected_m = before_m - moved_m;
        self.ahead_m(link, offset_m).is_none_or(|ahead_m| ahead_m > expected_m.max(0.0) + 40.0)
    }
}
