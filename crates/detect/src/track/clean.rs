//! Which reports of a vehicle are used, given what it reported before.

use super::fix::Fix;
use crate::settings::{ReportSettings, ms};
use model::geo::Scale;
use model::{DropReason, Timestamp};

/// Checks a time against the receiver's clock and the newest time taken.
pub(crate) fn check_time(
    settings: &ReportSettings,
    ts: Timestamp,
    received: Timestamp,
    newest: Option<Timestamp>,
) -> Result<(), DropReason> {
    if ts.since_ms(received) > ms(settings.max_lead_s) {
        return Err(DropReason::Future);
    }
    match newest {
        Some(newest) if newest.since_ms(ts) > ms(settings.max_age_s) => Err(DropReason::Stale),
        _ => Ok(()),
    }
}

/// Checks a report against the last one of the same vehicle that was used.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn check_step(
    settings: &ReportSettings,
    scale: Scale,
    last: Fix,
    next: Fix,
) -> Result<(), DropReason> {
    let elapsed_ms = next.ts.since_ms(last.ts);
    match elapsed_ms {
        0 => return Err(DropReason::Duplicate),
        late if late < 0 => return Err(DropReason::OutOfOrder),
        _ => {}
    }
    let reach_m = settings.max_speed_mps * elapsed_ms as f64 / 1_000.0 + settings.jump_allowance_m;
    if scale.distance_m(last.position, next.position) > reach_m {
        Err(DropReason::ImpossibleJump)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::LatLon;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_ms_clamped(1_000_000_000 + second * 1_000)
    }

    #[test]
    fn times_too_far_ahead_or_behind_are_refused() {
        let check = |ts, newest| check_time(&ReportSettings::default(), at(ts), at(0), newest);
        assert_eq!(check(10, None), Ok(()));
        assert_eq!(check(11, None), Err(DropReason::Future));
        assert_eq!(check(-9_000, None), Ok(()));
        assert_eq!(check(-300, Some(at(0))), Ok(()));
        assert_eq!(check(-301, Some(at(0))), Err(DropReason::Stale));
        assert_eq!(check(-9_000, Some(at(-9_100))), Ok(()));
    }

    #[test]
    fn repeated_late_and_impossible_steps_are_told_apart() {
        let fix = |second, lat| Fix { ts: at(second), position: LatLon::new(lat, 24.0), sigma_m: 5.0 };
        let scale = Scale::at(LatLon::new(60.0, 24.0));
        let check =
            |second, lat| check_step(&ReportSettings::default(), scale, fix(10, 60.0), fix(second, lat));
        assert_eq!(check(11, 60.0001), Ok(()));
        assert_eq!(check(10, 60.0001), Err(DropReason::Duplicate));
        assert_eq!(check(9, 60.0), Err(DropReason::OutOfOrder));
        assert_eq!(check(11, 60.01), Err(DropReason::ImpossibleJump));
        assert_eq!(check(21, 60.01), Ok(()));
    }
}
