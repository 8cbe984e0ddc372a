//! What is true, as far as the simulator has told.

use model::simulation::{Truth, TruthKind};
use model::{LatLon, Phase, Timestamp};
use roadnet::Line;
use std::collections::BTreeMap;
use yardstick::overlap::{Course, Point, lies_on};

/// Most things remembered; then the oldest that is over goes.
const MOST_THINGS: usize = 5_000;
/// Most extents of one thing remembered; then every second goes.
const MOST_EXTENTS: usize = 512;

/// Something that was true for a while.
#[derive(Debug, Clone)]
pub struct Thing {
    /// Its name, as the simulator calls it.
    pub id: String,
    /// What it is.
    pub kind: TruthKind,
    /// Where it was first.
    pub place: LatLon,
    /// When it began.
    pub began: Timestamp,
    /// When it ended; `None` while it goes on.
    pub ended: Option<Timestamp>,
    /// On the edge of being a jam.
    pub marginal: bool,
    /// Times are counted from here.
    start: Timestamp,
    extents: Vec<(i64, Vec<Line>)>,
}

/// All that is remembered of a run.
#[derive(Debug, Default)]
pub struct Known {
    start: Timestamp,
    things: BTreeMap<String, Thing>,
}

impl Known {
    /// Nothing yet; times are counted from `start`.
    #[must_use]
    pub fn since(start: Timestamp) -> Self {
        Self { start, things: BTreeMap::new() }
    }

    /// All things, by name.
    pub fn things(&self) -> impl Iterator<Item = &Thing> {
        self.things.values()
    }

    /// Takes in what the simulator says.
    pub fn take(&mut self, truth: &Truth) {
        let start = self.start;
        let thing = self.things.entry(truth.id.clone()).or_insert_with(|| Thing {
            id: truth.id.clone(),
            kind: truth.kind,
            place: truth.position,
            began: truth.since,
            ended: None,
            marginal: truth.marginal,
            start,
            extents: Vec::new(),
        });
        thing.began = truth.since.min(thing.began);
        thing.marginal = truth.marginal;
        if truth.phase == Phase::Ended {
            thing.ended = Some(truth.at);
        } else {
            thing.extend(truth);
        }
        if self.things.len() > MOST_THINGS {
            let over = self.things.values().filter(|thing| thing.ended.is_some());
            let oldest = over.min_by_key(|thing| thing.began).map(|thing| thing.id.clone());
            self.things.remove(&oldest.unwrap_or_else(|| truth.id.clone()));
        }
    }
}

impl Thing {
    fn extend(&mut self, truth: &Truth) {
        let lines: Vec<Line> = yardstick::lines(&truth.geometry).into_iter().filter_map(Line::new).collect();
        if lines.is_empty() {
            return;
        }
        if self.extents.len() >= MOST_EXTENTS {
            let mut nth = 0;
            self.extents.retain(|_| {
                nth += 1;
                nth % 2 == 1
            });
        }
        // From when on it was there, although it is told of only when it is sure.
        if self.extents.is_empty() && self.began < truth.at {
            self.extents.push((self.began.since_ms(self.start), lines.clone()));
        }
        self.extents.push((truth.at.since_ms(self.start), lines));
    }
}

impl Course for Thing {
    fn began_ms(&self) -> i64 {
        self.began.since_ms(self.start)
    }

    fn ended_ms(&self) -> i64 {
        self.ended.map_or(i64::MAX, |ended| ended.since_ms(self.start))
    }

    fn moments_ms(&self) -> impl Iterator<Item = i64> {
        self.extents.iter().map(|(at_ms, _)| *at_ms)
    }

    fn holds(&self, nth: usize, point: &Point) -> bool {
        self.extents[nth].1.iter().any(|line| lies_on(point, line, 0.0, line.length_m()))
    }
}
