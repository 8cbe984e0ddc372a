//! Vehicles at rest that may have crashed, and how likely each has.

use super::around::{Around, Scenery};
use super::stops::Stander;
use super::suspicion::probability;
use crate::settings::ms;
use model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A vehicle at rest that very likely crashed.
#[derive(Debug, Clone)]
pub(crate) struct Suspect {
    pub(crate) track: u32,
    pub(crate) stander: Stander,
    pub(crate) confidence: f64,
}

/// What has been gathered about each vehicle at rest, by its number in the track stage.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    around: BTreeMap<u32, (Timestamp, Around)>,
    /// Those that others drive around.
    passed: BTreeSet<u32>,
}

impl Suspects {
    /// Looks at all vehicles at rest; gives those that very likely crashed, in order of their numbers.
    pub(crate) fn look(&mut self, scenery: &Scenery<'_>) -> Vec<Suspect> {
        let Scenery { stops, settings, now, .. } = *scenery;
        self.around
            .retain(|track, (since, _)| stops.get(*track).is_some_and(|stander| stander.since == *since));
        let passed = self.around.iter().filter(|(_, (_, around))| around.is_passed());
        self.passed = passed.map(|(&track, _)| track).collect();
        let scenery = &Scenery { passed: &self.passed, ..*scenery };
        let mut suspects = Vec::new();
        for (track, stander) in stops.iter() {
            if now.since_ms(stander.since) < ms(settings.rest_s)
                || now.since_ms(stander.seen) > ms(settings.fresh_s)
            {
                continue;
            }
            let (_, around) = self.around.entry(track).or_insert_with(|| (stander.since, Around::default()));
            around.look(track, stander, scenery);
            if around.is_explained(now) {
                continue;
            }
            let evidence = around.evidence(stander, scenery);
            let confidence = probability(evidence.log_odds());
            if confidence >= settings.onset_confidence {
                suspects.push(Suspect { track, stander: stander.clone(), confidence });
            }
        }
        suspects
    }
}
