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

/// The alarms of one jam.
#[derive(Default)]
struct Of<'a> {
    /// All that lie on it.
    all: Vec<&'a Alarm>,
    /// Those that fit no other jam better.
    own: usize,
    /// Those that lay on it before they lay on any other.
    begun: Vec<&'a Alarm>,
    /// Those that lay on no other after it.
    ended: Vec<&'a Alarm>,
}

pub(super) fn judge(truth: &Truth, alarms: &[&Alarm], network: &Network, faults: &mut Vec<Fault>) -> Jams {
    let mut of: Vec<Of<'_>> = truth.jams.iter().map(|_| Of::default()).collect();
    let (mut wrong, mut marginal) = (0, 0);
    for &alarm in alarms {
        let shares = truth.jams.iter().map(|jam| overlap(alarm, jam, network, truth.end_ms));
        let on: Vec<(usize, f64)> = shares.enumerate().filter(|(_, share)| *share > 0.0).collect();
        on.iter().for_each(|&(i, _)| of[i].all.push(alarm));
        // One alarm may cover several jams: it is a piece of the one that it fits best, tells the beginning of the first and
        // the end of the last.
        let best = |order: &dyn Fn(&Jam) -> i64| {
            let found = on.iter().max_by(|(a, share_a), (b, share_b)| {
                order(&truth.jams[*a]).cmp(&order(&truth.jams[*b])).then(share_a.total_cmp(share_b))
            });
            found.map(|&(i, _)| i)
        };
        if let (Some(fits), Some(first), Some(last)) = (
            best(&|_| 0),
            best(&|jam| -jam.from_ms.max(alarm.occurred_ms)),
            best(&|jam| jam.to_ms.min(alarm.ended_ms.unwrap_or(truth.end_ms))),
        ) {
            of[fits].own += 1;
            of[first].begun.push(alarm);
            of[last].ended.push(alarm);
        } else if truth.marginal.iter().any(|jam| overlap(alarm, jam, network, truth.end_ms) > 0.0) {
            marginal += 1;
        } else {
            wrong += 1;
            let (at_s, place) = (seconds(alarm.raised_ms), Some(alarm.place));
            let about = alarm.ended_ms.map_or(String::new(), |end| format!("until {:.0} s", seconds(end)));
            note(faults, Fault { what: Sort::FalseJam, at_s, place, about });
        }
    }
    for (jam, _) in truth.jams.iter().zip(&of).filter(|(_, of)| of.all.is_empty()) {
        let place = jam
            .extents
            .first()
            .and_then(|extent| extent.pieces.first())
            .map(|piece| network.link(LinkIdx(piece.link)).line.point_at(piece.from_m));
        let about =
            format!("until {:.0} s, {:.0} m, {} vehicles", seconds(jam.to_ms), jam.peak_m, jam.peak_vehicles);
        note(faults, Fault { what: Sort::MissedJam, at_s: seconds(jam.from_ms), place, about });
    }
    let outcomes = truth.jams.iter().zip(&of).map(|(jam, of)| outcome(jam, of, truth.end_ms)).collect();
    Jams { outcomes, wrong, marginal }
}

fn outcome(jam: &Jam, of: &Of<'_>, end_ms: i64) -> Outcome {
    let Some(raised_ms) = of.all.iter().map(|alarm| alarm.raised_ms).min() else { return Outcome::default() };
    let first = of.begun.iter().min_by_key(|alarm| alarm.raised_ms);
    let last_ms = of.ended.iter().map(|alarm| alarm.ended_ms.unwrap_or(end_ms)).max();
    let has_end = jam.to_ms <= end_ms - AT_END_MS;
    Outcome {
        delay_s: Some(seconds((raised_ms - jam.from_ms).max(0))),
        onset_error_s: first.map(|alarm| seconds((alarm.occurred_ms - jam.from_ms).abs())),
        end_error_s: last_ms.filter(|_| has_end).map(|last_ms| seconds((last_ms - jam.to_ms).abs())),
        place_error_m: None,
        delay_after_last_s: None,
        pieces: of.own.max(1),
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

    #[test]
    fn an_alarm_for_two_jams_in_turn_tells_the_beginning_of_the_first_and_the_end_of_the_second() {
        let jams = vec![jam(100_000, 200_000, 500.0, 1_000.0), jam(230_000, 400_000, 500.0, 1_000.0)];
        let jams = judge(
            &truth(jams, Vec::new()),
            &[&alarm(110_000, 420_000, [at(600.0, 0.0), at(900.0, 0.0)])],
            &network(),
            &mut Vec::new(),
        );
        let errors: Vec<_> =
            jams.outcomes.iter().map(|one| (one.delay_s, one.onset_error_s, one.end_error_s)).collect();
        assert_eq!(errors[0].2, None);
        assert_eq!((errors[1].0, errors[1].1, errors[1].2), (Some(0.0), None, Some(20.0)));
        assert!(errors[0].0.is_some() && errors[0].1.is_some());
    }
}
