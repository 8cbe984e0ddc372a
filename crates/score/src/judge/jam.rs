//! Alarms of jams against the jams there were.

use roadnet::{LinkIdx, Network};
use yardstick::overlap::{Course, Point, lies_on, share};

use super::fault::{Fault, Sort, note};
use super::{Outcome, seconds};
use crate::alarm::Alarm;
use crate::truth::{Jam, Piece, Truth};

/// A jam that goes on until this long before the scene is over has no end to be found, in ms.
const AT_END_MS: i64 = 60_000;

/// What became of the jams, and of the alarms that were for none.
pub(super) struct Jams {
    pub outcomes: Vec<Outcome>,
    pub wrong: usize,
    pub marginal: usize,
}

pub(super) fn judge(truth: &Truth, alarms: &[&Alarm], network: &Network, faults: &mut Vec<Fault>) -> Jams {
    let mut found: Vec<Vec<&Alarm>> = vec![Vec::new(); truth.jams.len()];
    let mut own: Vec<Vec<&Alarm>> = vec![Vec::new(); truth.jams.len()];
    let (mut wrong, mut marginal) = (0, 0);
    for alarm in alarms {
        let shares: Vec<f64> =
            truth.jams.iter().map(|jam| overlap(alarm, jam, network, truth.end_ms)).collect();
        for (i, share) in shares.iter().enumerate() {
            if *share > 0.0 {
                found[i].push(alarm);
            }
        }
        // One alarm may cover two jams; it is a piece of the one that it fits best.
        let best = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b]));
        match best.filter(|&i| shares[i] > 0.0) {
            Some(i) => own[i].push(alarm),
            None if truth.marginal.iter().any(|jam| overlap(alarm, jam, network, truth.end_ms) > 0.0) => {
                marginal += 1;
            }
            None => {
                wrong += 1;
                let (at_s, place) = (seconds(alarm.raised_ms), Some(alarm.place));
                let about =
                    alarm.ended_ms.map_or(String::new(), |end| format!("until {:.0} s", seconds(end)));
                note(faults, Fault { what: Sort::FalseJam, at_s, place, about });
            }
        }
    }
    for (jam, _) in truth.jams.iter().zip(&found).filter(|(_, alarms)| alarms.is_empty()) {
        let place = jam
            .extents
            .first()
            .and_then(|extent| extent.pieces.first())
            .map(|piece| network.link(LinkIdx(piece.link)).line.point_at(piece.from_m));
        let about =
            format!("until {:.0} s, {:.0} m, {} vehicles", seconds(jam.to_ms), jam.peak_m, jam.peak_vehicles);
        note(faults, Fault { what: Sort::MissedJam, at_s: seconds(jam.from_ms), place, about });
    }
    let outcomes = (truth.jams.iter().zip(&found))
        .zip(&own)
        .map(|((jam, alarms), own)| outcome(jam, alarms, own, truth.end_ms))
        .collect();
    Jams { outcomes, wrong, marginal }
}

/// `alarms` are all that lie on the jam, `own` those of them that fit no other jam better. Only these tell when it began and
/// ended: an alarm for a larger jam nearby may cover this one, too.
fn outcome(jam: &Jam, alarms: &[&Alarm], own: &[&Alarm], end_ms: i64) -> Outcome {
    let Some(raised_ms) = alarms.iter().map(|alarm| alarm.raised_ms).min() else { return Outcome::default() };
    let first = own.iter().min_by_key(|alarm| alarm.raised_ms);
    let last_ms = own.iter().map(|alarm| alarm.ended_ms.unwrap_or(end_ms)).max();
    let has_end = jam.to_ms <= end_ms - AT_END_MS;
    Outcome {
        delay_s: Some(seconds((raised_ms - jam.from_ms).max(0))),
        onset_error_s: first.map(|alarm| seconds((alarm.occurred_ms - jam.from_ms).abs())),
        end_error_s: last_ms.filter(|_| has_end).map(|last_ms| seconds((last_ms - jam.to_ms).abs())),
        place_error_m: None,
        delay_after_last_s: None,
        pieces: own.len().max(1),
    }
}

/// A jam with the roads that it is on.
struct OnRoads<'a> {
    jam: &'a Jam,
    network: &'a Network,
}

impl Course for OnRoads<'_> {
    fn began_ms(&self) -> i64 {
        self.jam.from_ms
    }

    fn ended_ms(&self) -> i64 {
        self.jam.to_ms
    }

    fn moments_ms(&self) -> impl Iterator<Item = i64> {
        self.jam.extents.iter().map(|extent| extent.at_ms)
    }

    fn holds(&self, nth: usize, point: &Point) -> bool {
        self.jam.extents[nth].pieces.iter().any(|Piece { link, from_m, to_m }| {
            lies_on(point, &self.network.link(LinkIdx(*link)).line, *from_m, *to_m)
        })
    }
}

/// The share of the alarm's moments and points that lie on the jam.
fn overlap(alarm: &Alarm, jam: &Jam, network: &Network, end_ms: i64) -> f64 {
    share(alarm, &OnRoads { jam, network }, end_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Stretch;
    use crate::truth::Extent;
    use model::{EventKind, LatLon, LocalPlane};
    use roadnet::{Carriageway, Line, Road, RoadClass};

    const ORIGIN: LatLon = LatLon::new(52.3, 13.6);

    fn at(x_m: f64, y_m: f64) -> LatLon {
        LocalPlane::at(ORIGIN).to_lat_lon(x_m, y_m)
    }

    /// One road of 2 km to the east.
    fn network() -> Network {
        let side = Carriageway { speed_limit_mps: 27.8, lanes: 3 };
        let road = Road {
            id: "road".into(),
            line: Line::new([at(0.0, 0.0), at(2_000.0, 0.0)]).unwrap(),
            class: RoadClass::Motorway,
            name: None,
            reference: None,
            forward: Some(side),
            backward: None,
        };
        Network::new([road], Vec::new())
    }

    fn jam(from_ms: i64, to_ms: i64, from_m: f64, to_m: f64) -> Jam {
        let extent =
            |step| Extent { at_ms: from_ms + step * 5_000, pieces: vec![Piece { link: 0, from_m, to_m }] };
        let extents = (0..=(to_ms - from_ms) / 5_000).map(extent).collect();
        Jam { from_ms, to_ms, peak_vehicles: 20, peak_m: to_m - from_m, extents }
    }

    fn truth(jams: Vec<Jam>, marginal: Vec<Jam>) -> Truth {
        let (accidents, visits) = (Vec::new(), Vec::new());
        Truth { accidents, jams, marginal, visits, end_ms: 1_000_000, road_m: 2_000.0 }
    }

    fn alarm(raised_ms: i64, ended_ms: i64, line: [LatLon; 2]) -> Alarm {
        let course = vec![Stretch { since_ms: raised_ms, lines: vec![line.to_vec()] }];
        Alarm {
            course,
            ended_ms: Some(ended_ms),
            ..Alarm::at(EventKind::Jam, line[0], raised_ms, raised_ms - 20_000)
        }
    }

    #[test]
    fn an_alarm_on_the_jam_finds_it() {
        let truth = truth(vec![jam(100_000, 600_000, 500.0, 1_000.0)], Vec::new());
        let alarm = alarm(130_000, 640_000, [at(600.0, 4.0), at(900.0, 4.0)]);
        let jams = judge(&truth, &[&alarm], &network(), &mut Vec::new());
        let [outcome] = &jams.outcomes[..] else { panic!() };
        assert_eq!((outcome.delay_s, outcome.onset_error_s), (Some(30.0), Some(10.0)));
        assert_eq!((outcome.end_error_s, outcome.pieces), (Some(40.0), 1));
        assert_eq!((jams.wrong, jams.marginal), (0, 0));
    }

    #[test]
    fn an_alarm_elsewhere_later_or_for_the_other_way_is_false() {
        let truth = truth(vec![jam(100_000, 300_000, 500.0, 1_000.0)], Vec::new());
        for alarm in [
            alarm(130_000, 200_000, [at(1_300.0, 0.0), at(1_500.0, 0.0)]),
            alarm(500_000, 600_000, [at(600.0, 0.0), at(900.0, 0.0)]),
            alarm(130_000, 200_000, [at(900.0, 10.0), at(600.0, 10.0)]),
        ] {
            let jams = judge(&truth, &[&alarm], &network(), &mut Vec::new());
            assert_eq!((jams.wrong, jams.outcomes[0].delay_s), (1, None), "{alarm:?}");
        }
    }

    #[test]
    fn several_alarms_for_one_jam_are_pieces_of_it() {
        let truth = truth(vec![jam(100_000, 600_000, 500.0, 1_000.0)], Vec::new());
        let line = [at(600.0, 0.0), at(900.0, 0.0)];
        let (early, late) = (alarm(130_000, 300_000, line), alarm(350_000, 620_000, line));
        let jams = judge(&truth, &[&early, &late], &network(), &mut Vec::new());
        assert_eq!((jams.outcomes[0].pieces, jams.wrong), (2, 0));
        assert_eq!(jams.outcomes[0].end_error_s, Some(20.0));
    }

    #[test]
    fn an_alarm_for_a_queue_on_the_edge_is_neither_right_nor_wrong() {
        let truth = truth(Vec::new(), vec![jam(100_000, 140_000, 500.0, 600.0)]);
        let jams = judge(
            &truth,
            &[&alarm(130_000, 150_000, [at(500.0, 0.0), at(600.0, 0.0)])],
            &network(),
            &mut Vec::new(),
        );
        assert_eq!((jams.wrong, jams.marginal), (0, 1));
    }

    #[test]
    fn a_jam_that_outlasts_the_scene_has_no_end_to_be_found() {
        let truth = truth(vec![jam(100_000, 990_000, 500.0, 1_000.0)], Vec::new());
        let jams = judge(
            &truth,
            &[&alarm(130_000, 300_000, [at(600.0, 0.0), at(900.0, 0.0)])],
            &network(),
            &mut Vec::new(),
        );
        assert_eq!(jams.outcomes[0].end_error_s, None);
    }
}
