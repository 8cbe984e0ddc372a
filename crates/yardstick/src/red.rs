//! Who waits through a second red: the sign that a traffic light is given more than it can take.
//!
//! The Highway Capacity Manual (glossary) calls it *cycle failure*: queued vehicles cannot depart within the cycle in which they
//! came, because it has not the capacity. What they make is the residual queue of an oversaturated approach. A queue that its next green clears is how a light works.

use roadnet::{LinkIdx, Network};

/// Over so many ends of links, where the road just goes on, a light is looked for.
const MOST_LINKS: usize = 8;
/// Who has waited through so many reds before one line is left over.
const LEFT_OVER_REDS: u8 = 2;

/// The stop lines that the links of a network lead to.
#[derive(Debug)]
pub struct StopLines(Vec<Option<LinkIdx>>);

impl StopLines {
    /// Finds them. `has_light` tells whether a traffic light stands at the end of a link.
    #[must_use]
    pub fn of(network: &Network, has_light: impl Fn(LinkIdx) -> bool) -> Self {
        let line_of = |from: LinkIdx| {
            let onward = std::iter::successors(Some(from), |&at| {
                network.goes_on(at).then(|| network.ways_on(at).next()).flatten()
            });
            onward.take(MOST_LINKS).find(|&link| has_light(link))
        };
        Self(network.links().map(|(link, _)| line_of(link)).collect())
    }

    /// The link at whose end the light stands that a link leads to, where the road just goes on as far as there.
    #[must_use]
    pub fn ahead(&self, link: LinkIdx) -> Option<LinkIdx> {
        self.0.get(link.0 as usize).copied().flatten()
    }
}

/// The reds that one vehicle has waited through before one line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waits {
    line: Option<LinkIdx>,
    reds: u8,
    /// Whether the red that shows has been counted.
    counted: bool,
}

impl Waits {
    /// Takes a moment, at least one a second: the line that the vehicle has ahead, whether it queues, and whether the light shows
    /// red to all who come its way.
    pub fn step(&mut self, line: Option<LinkIdx>, queues: bool, is_red: bool) {
        if line != self.line {
            *self = Self { line, ..Self::default() };
        }
        if line.is_none() || !is_red {
            self.counted = false;
        } else if queues && !self.counted {
            self.counted = true;
            self.reds = self.reds.saturating_add(1);
        }
    }

    /// Whether a light's green has left it over: it waits, or has waited, through a second red before the same line.
    #[must_use]
    pub fn is_left_over(&self) -> bool {
        self.reds >= LEFT_OVER_REDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Option<LinkIdx> = Some(LinkIdx(3));

    #[test]
    fn who_still_queues_at_the_second_red_is_left_over_until_past_the_line() {
        let mut waits = Waits::default();
        let mut step = |line, queues, is_red| {
            waits.step(line, queues, is_red);
            waits.is_left_over()
        };
        assert!(!step(LINE, false, true));
        assert!(!step(LINE, true, true) && !step(LINE, true, true));
        // Creeps all through the green.
        assert!(!step(LINE, true, false));
        assert!(step(LINE, true, true) && step(LINE, false, false));
        assert!(!step(None, true, true) && !step(Some(LinkIdx(4)), true, true));
    }

    #[test]
    fn who_drives_up_to_a_red_that_goes_on_waits_through_one() {
        let mut waits = Waits::default();
        for queues in [true, false, true, true] {
            waits.step(LINE, queues, true);
        }
        assert!(!waits.is_left_over());
    }
}
