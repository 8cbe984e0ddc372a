//! Many cases in a few figures.

use crate::case::Case;
use crate::judge::Outcome;
use crate::median::{largest, median, share};

/// What became of many accidents, or of many jams.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// How many there were.
    pub count: usize,
    /// How many were found.
    pub found: usize,
    delays_s: Vec<f64>,
    delays_after_last_s: Vec<f64>,
    onset_errors_s: Vec<f64>,
    end_errors_s: Vec<f64>,
    place_errors_m: Vec<f64>,
    pieces: Vec<f64>,
}

/// Alarms for nothing, among all alarms, and where.
#[derive(Debug, Clone, Copy, Default)]
pub struct False {
    /// Alarms for nothing, and second alarms for one accident.
    pub wrong: usize,
    /// All alarms that are right or wrong.
    pub alarms: usize,
    /// Hours of traffic times 10 km of road.
    pub exposure: f64,
}

/// A middle and an end of many numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Half are at most this.
    pub median: f64,
    /// 95 % are at most this.
    pub p95: f64,
    /// All are at most this.
    pub largest: f64,
}

impl Found {
    fn add(&mut self, outcome: &Outcome) {
        self.count += 1;
        self.found += usize::from(outcome.delay_s.is_some());
        self.delays_s.extend(outcome.delay_s);
        self.delays_after_last_s.extend(outcome.delay_after_last_s);
        self.onset_errors_s.extend(outcome.onset_error_s);
        self.end_errors_s.extend(outcome.end_error_s);
        self.place_errors_m.extend(outcome.place_error_m);
        if outcome.delay_s.is_some() {
            self.pieces.push(outcome.pieces as f64);
        }
    }

    /// The share that was found; `None` if there was nothing to find.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn rate(&self) -> Option<f64> {
        (self.count > 0).then(|| self.found as f64 / self.count as f64)
    }

    /// From the beginning until it was told, in seconds.
    #[must_use]
    pub fn delay_s(&self) -> Option<Spread> {
        spread(&self.delays_s)
    }

    /// From when the last of the crashed vehicles stood until it was told, in seconds.
    #[must_use]
    pub fn delay_after_last_s(&self) -> Option<Spread> {
        spread(&self.delays_after_last_s)
    }

    /// How far off the beginning was, in seconds.
    #[must_use]
    pub fn onset_error_s(&self) -> Option<Spread> {
        spread(&self.onset_errors_s)
    }

    /// How far off the end was, in seconds.
    #[must_use]
    pub fn end_error_s(&self) -> Option<Spread> {
        spread(&self.end_errors_s)
    }

    /// How far off the place was, in metres.
    #[must_use]
    pub fn place_error_m(&self) -> Option<Spread> {
        spread(&self.place_errors_m)
    }

    /// Alarms for each one that was found: their mean and the most for one.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn pieces(&self) -> Option<(f64, f64)> {
        Some((self.pieces.iter().sum::<f64>() / self.pieces.len() as f64, largest(&self.pieces)?))
    }
}

impl False {
    /// The share of all alarms that are false; `None` without any alarm.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn share(&self) -> Option<f64> {
        (self.alarms > 0).then(|| self.wrong as f64 / self.alarms as f64)
    }

    /// False alarms in an hour on 10 km of road.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn per_hour_10km(&self) -> Option<f64> {
        (self.exposure > 0.0).then(|| self.wrong as f64 / self.exposure)
    }
}

fn spread(values: &[f64]) -> Option<Spread> {
    Some(Spread { median: median(values)?, p95: share(values, 0.95)?, largest: largest(values)? })
}

/// All accidents of the cases.
#[must_use]
pub fn accidents<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Found {
    let mut found = Found::default();
    cases.into_iter().flat_map(|case| &case.judgement.accidents).for_each(|outcome| found.add(outcome));
    found
}

/// All jams of the cases.
#[must_use]
pub fn jams<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Found {
    let mut found = Found::default();
    cases.into_iter().flat_map(|case| &case.judgement.jams).for_each(|outcome| found.add(outcome));
    found
}

/// Accident alarms for nothing. A second alarm for one accident is one, too.
#[must_use]
pub fn false_accidents<'a>(cases: impl IntoIterator<Item = &'a Case>) -> False {
    let mut sum = False::default();
    for case in cases {
        let judgement = &case.judgement;
        let told: usize = judgement.accidents.iter().map(|outcome| outcome.pieces).sum();
        let right = judgement.accidents.iter().filter(|outcome| outcome.pieces > 0).count();
        sum.wrong += judgement.false_accidents + told - right;
        sum.alarms += judgement.false_accidents + told;
        sum.exposure += judgement.hours * judgement.road_km / 10.0;
    }
    sum
}

/// Jam alarms for nothing. That one jam is told in several pieces is counted by itself ([`Found::pieces`]).
#[must_use]
pub fn false_jams<'a>(cases: impl IntoIterator<Item = &'a Case>) -> False {
    let mut sum = False::default();
    for case in cases {
        let judgement = &case.judgement;
        sum.wrong += judgement.false_jams;
        sum.alarms += judgement.false_jams
            + judgement.marginal_jams
            + judgement.jams.iter().map(|outcome| outcome.pieces).sum::<usize>();
        sum.exposure += judgement.hours * judgement.road_km / 10.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Judgement;

    fn case(judgement: Judgement) -> Case {
        Case {
            subject: "a".to_owned(),
            scene: "s".to_owned(),
            seed: 1,
            recording: String::new(),
            percent: 100,
            crashed_reports: None,
            hazards: false,
            reports: 0,
            took_s: 0.0,
            judgement,
        }
    }

    #[test]
    fn rates_and_delays_are_over_all_cases() {
        let found = |delay_s| Outcome { delay_s: Some(delay_s), pieces: 2, ..Outcome::default() };
        let cases = [
            case(Judgement { accidents: vec![found(10.0), Outcome::default()], ..Judgement::default() }),
            case(Judgement {
                accidents: vec![found(30.0)],
                false_accidents: 1,
                hours: 0.5,
                road_km: 20.0,
                ..Judgement::default()
            }),
        ];
        let sum = accidents(&cases);
        assert_eq!((sum.count, sum.found), (3, 2));
        let delay = sum.delay_s().unwrap();
        assert_eq!((delay.median, delay.largest), (20.0, 30.0));
        assert_eq!(sum.pieces(), Some((2.0, 2.0)));
        let wrong = false_accidents(&cases);
        assert_eq!((wrong.wrong, wrong.alarms), (3, 5));
        assert_eq!(wrong.per_hour_10km(), Some(3.0));
    }
}
