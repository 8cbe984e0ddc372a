//! One vehicle's visits to zones.

use super::fix::Fix;
use super::visit::{Crossing, Visit};
use super::zones::Zones;
use crate::settings::ZoneSettings;
use model::Timestamp;

/// How a vehicle went on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Going<'a> {
    /// From where it was to where it is. The way of a vehicle that is first heard of is one fix.
    pub(crate) way: &'a [Fix],
    /// When it reported that.
    pub(crate) now: Timestamp,
    /// Whether it was told to have left its zones since the report before.
    pub(crate) was_silent: bool,
}

/// Follows a vehicle along its way, and gives the crossings that are sure by now, in order of time.
pub(crate) fn follow(
    visits: &mut Vec<Visit>,
    zones: &Zones,
    settings: &ZoneSettings,
    going: &Going<'_>,
) -> Vec<Crossing> {
    let mut crossings = Vec::new();
    let Going { way, now, was_silent } = *going;
    let (Some(first), Some(last)) = (way.first(), way.last()) else { return crossings };
    let mut meet = |from: &Fix, to: &Fix| {
        zones.on_the_way(from.position, to.position, |area| {
            if !visits.iter().any(|visit| visit.zone == area.zone.id) {
                // A vehicle is in one or two zones at most times, and there may be a million vehicles.
                visits.reserve_exact(1);
                visits.push(Visit::new(area.zone.id.clone()));
            }
        });
    };
    meet(first, last);
    if way.len() > 2 {
        way.windows(2).for_each(|pair| meet(&pair[0], &pair[1]));
    }
    visits.retain_mut(|visit| match zones.get(&visit.zone) {
        Some(area) => {
            // Who was told to have left, and is still there, comes in with this report: the entry before was another.
            let is_anew = was_silent && area.signed_distance_m(first.position) <= 0.0;
            let way = if is_anew { &way[way.len() - 1..] } else { way };
            visit.follow(area, settings, way, now, &mut crossings)
        }
        None => false,
    });
    if visits.is_empty() {
        *visits = Vec::new();
    }
    crossings.sort_by(|a, b| a.at.ts.cmp(&b.at.ts).then_with(|| a.zone.cmp(&b.zone)));
    crossings
}

/// Whether some visit is not sure yet, so that every report matters.
pub(crate) fn undecided(visits: &[Visit]) -> bool {
    visits.iter().any(Visit::is_undecided)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{LatLon, Zone};

    /// A square of about 1,112 m from (0, 0) to the north-east.
    fn square(properties: &str) -> Zones {
        let mut zones = Zones::default();
        let text = format!(
            r#"{{"type":"Feature","geometry":{{"type":"Polygon","coordinates":
                [[[0,0],[0.01,0],[0.01,0.01],[0,0.01],[0,0]]]}},"properties":{{"id":"z"{properties}}}}}"#
        );
        zones.set(Zone::from_geojson(text.as_bytes()).expect("a zone"));
        zones
    }

    /// Drives along latitude 0.005 and lists "+" or "-", second, and longitude in metres of each crossing.
    fn drive(zones: &Zones, stops: &[(i64, f64)]) -> Vec<(char, f64, f64)> {
        let mut visits = Vec::new();
        let mut before = None;
        let mut all = Vec::new();
        for (second, east_m) in stops {
            let here = Fix {
                ts: Timestamp::from_ms_clamped(1_000_000 + second * 1_000),
                position: LatLon::new(0.005, east_m / 111_195.08),
                sigma_m: 1.0,
            };
            let way: Vec<Fix> = before.into_iter().chain([here]).collect();
            let going = Going { way: &way, now: here.ts, was_silent: false };
            for crossing in follow(&mut visits, zones, &ZoneSettings::default(), &going) {
                let second = (crossing.at.ts.as_ms() - 1_000_000) as f64 / 1_000.0;
                let east_m = (crossing.at.position.lon * 111_195.08).round();
                all.push((if crossing.entered { '+' } else { '-' }, second, east_m));
            }
            before = Some(here);
        }
        all
    }

    #[test]
    fn a_visit_is_one_entry_and_one_exit_where_the_border_was_crossed() {
        let crossings = drive(&square(""), &[(0, -100.0), (10, 100.0), (20, 600.0), (30, 1_212.0)]);
        assert_eq!(crossings.len(), 2);
        assert_eq!(crossings[0], ('+', 5.0, 0.0));
        assert_eq!((crossings[1].0, crossings[1].2), ('-', 1_112.0));
    }

    #[test]
    fn a_visit_between_two_reports_is_seen() {
        let crossings = drive(&square(""), &[(0, -500.0), (60, 1_700.0), (61, 1_720.0)]);
        assert_eq!(crossings.iter().map(|(sign, ..)| *sign).collect::<String>(), "+-", "{crossings:?}");
        assert_eq!((crossings[0].2, crossings[1].2), (0.0, 1_112.0));
        assert!(
            (crossings[0].1 - 13.636).abs() < 0.01 && (crossings[1].1 - 43.96).abs() < 0.01,
            "{crossings:?}"
        );
    }

    #[test]
    fn a_graze_is_no_visit() {
        assert_eq!(drive(&square(""), &[(0, -30.0), (1, -3.0), (2, 2.0), (3, -3.0), (4, -30.0)]), []);
    }

    #[test]
    fn jitter_on_the_border_is_neither_entry_nor_exit() {
        let jitter = [(0, -20.0), (1, -3.0), (2, 4.0), (3, -2.0), (4, 5.0), (5, -20.0)];
        assert_eq!(drive(&square(""), &jitter), []);
        let inside = [(0, 50.0), (1, 3.0), (2, -4.0), (3, 6.0), (4, -4.5), (5, 50.0)];
        assert_eq!(drive(&square(""), &inside), [('+', 0.0, 50.0)]);
    }

    #[test]
    fn a_slow_crossing_is_dated_at_the_border_not_when_it_was_sure() {
        let crossings = drive(&square(""), &[(0, -4.0), (1, 2.0), (2, 5.0), (3, 9.0)]);
        assert_eq!(crossings, [('+', 0.667, 0.0)]);
    }

    #[test]
    fn a_visit_shorter_than_the_dwell_is_none() {
        let zones = square(r#","min_dwell_s":30"#);
        assert_eq!(drive(&zones, &[(0, -100.0), (10, 100.0), (20, -100.0)]), []);
        assert_eq!(drive(&zones, &[(0, -100.0), (10, 100.0), (50, 200.0)]), [('+', 5.0, 0.0)]);
    }
}
