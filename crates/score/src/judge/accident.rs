//! Alarms of accidents against the accidents there were.

use yardstick::accident::is_for;

use super::fault::{Fault, Sort, note};
use super::{Outcome, seconds};
use crate::alarm::Alarm;
use crate::truth::Accident;

/// What became of each accident, and how many alarms there were for nothing.
pub(super) fn judge(
    accidents: &[Accident],
    alarms: &[&Alarm],
    end_ms: i64,
    faults: &mut Vec<Fault>,
) -> (Vec<Outcome>, usize) {
    let mut outcomes = vec![Outcome::default(); accidents.len()];
    let mut wrong = 0;
    for alarm in alarms {
        let fits = |accident: &Accident| is_for(alarm, accident.place, accident.from_ms, accident.to_ms);
        let Some(i) = accidents.iter().position(fits) else {
            wrong += 1;
            let (at_s, place) = (seconds(alarm.raised_ms), Some(alarm.place));
            let about = alarm.vehicles.join(" ");
            note(faults, Fault { what: Sort::FalseAccident, at_s, place, about });
            continue;
        };
        let (accident, outcome) = (&accidents[i], &mut outcomes[i]);
        outcome.pieces += 1;
        if outcome.pieces == 1 {
            let end_error = alarm.ended_ms.unwrap_or(end_ms) - accident.to_ms;
            outcome.delay_s = Some(seconds(alarm.raised_ms - accident.from_ms));
            let last_ms = accident.vehicles.iter().map(|(_, stood_ms)| *stood_ms).max();
            let after_last_ms = alarm.raised_ms - last_ms.unwrap_or(accident.from_ms);
            outcome.delay_after_last_s = Some(seconds(after_last_ms.max(0)));
            outcome.onset_error_s = Some(seconds((alarm.occurred_ms - accident.from_ms).abs()));
            outcome.end_error_s = Some(seconds(end_error.abs()));
            outcome.place_error_m = Some(alarm.place.distance_m(accident.place));
        }
    }
    for (accident, _) in accidents.iter().zip(&outcomes).filter(|(_, outcome)| outcome.pieces == 0) {
        let (at_s, place) = (seconds(accident.from_ms), Some(accident.place));
        note(faults, Fault { what: Sort::MissedAccident, at_s, place, about: String::new() });
    }
    (outcomes, wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{EventKind, LatLon, LocalPlane};

    const PLACE: LatLon = LatLon::new(52.3, 13.6);

    fn accident() -> Accident {
        Accident { place: PLACE, from_ms: 100_000, to_ms: 700_000, vehicles: Vec::new() }
    }

    fn alarm(away_m: f64, raised_ms: i64) -> Alarm {
        let place = LocalPlane::at(PLACE).to_lat_lon(away_m, 0.0);
        Alarm::at(EventKind::Accident, place, raised_ms, raised_ms - 5_000)
    }

    #[test]
    fn an_alarm_near_the_place_and_in_time_finds_the_accident() {
        let found = Alarm { ended_ms: Some(710_000), ..alarm(40.0, 112_000) };
        let (outcomes, wrong) = judge(&[accident()], &[&found], 1_000_000, &mut Vec::new());
        assert_eq!(wrong, 0);
        assert_eq!((outcomes[0].delay_s, outcomes[0].onset_error_s), (Some(12.0), Some(7.0)));
        assert_eq!((outcomes[0].end_error_s, outcomes[0].pieces), (Some(10.0), 1));
        assert!((outcomes[0].place_error_m.unwrap() - 40.0).abs() < 0.1);
    }

    #[test]
    fn an_alarm_elsewhere_or_at_another_time_is_false() {
        for alarm in [alarm(160.0, 112_000), alarm(0.0, 80_000), alarm(0.0, 800_000)] {
            let (outcomes, wrong) = judge(&[accident()], &[&alarm], 1_000_000, &mut Vec::new());
            assert_eq!((wrong, outcomes[0].delay_s), (1, None));
        }
    }

    #[test]
    fn a_second_alarm_for_one_accident_is_a_second_piece_and_changes_nothing_else() {
        let (outcomes, wrong) =
            judge(&[accident()], &[&alarm(0.0, 110_000), &alarm(100.0, 300_000)], 1_000_000, &mut Vec::new());
        assert_eq!((wrong, outcomes[0].pieces, outcomes[0].delay_s), (0, 2, Some(10.0)));
    }

    #[test]
    fn an_alarm_that_never_ends_is_off_by_what_was_left_of_the_scene() {
        let (outcomes, _) = judge(&[accident()], &[&alarm(0.0, 110_000)], 1_000_000, &mut Vec::new());
        assert_eq!(outcomes[0].end_error_s, Some(300.0));
    }
}
