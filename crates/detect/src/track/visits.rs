//! One vehicle's visits to zones.

use super::area::Area;
use super::fix::Fix;
use super::visit::{Crossing, Visit};
use super::zones::{Distances, Zones};
use crate::settings::ZoneSettings;
use model::{LatLon, Timestamp};

/// How a vehicle went on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Going<'a> {
    /// From where it was to where it is. The way of a vehicle that is first heard of is one fix.
    pub(crate) way: &'a [Fix],
    /// The place that distances to borders are measured from: there, or near by.
    pub(crate) at: LatLon,
    /// When it reported that.
    pub(crate) now: Timestamp,
    /// Whether it was told to have left its zones since the report before.
    pub(crate) was_silent: bool,
    /// Whether no zone has changed since the visits were followed last.
    pub(crate) zones_known: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// The crossings that are sure by now, in order of time.
    pub(crate) crossings: Vec<Crossing>,
    /// Whether anything about the visits changed.
    pub(crate) changed: bool,
    /// The distances that were measured on the way.
    pub(crate) distances: Distances,
}

/// Follows a vehicle along its way.
pub(crate) fn follow(
    visits: &mut Vec<Visit>,
    zones: &Zones,
    settings: &ZoneSettings,
    going: &Going<'_>,
) -> Followed {
    let mut followed = Followed::default();
    let Followed { crossings, changed, distances } = &mut followed;
    let Going { way, at, now, was_silent, zones_known } = *going;
    let (Some(first), Some(last)) = (way.first(), way.last()) else { return followed };
    // A visit that was kept comes back without the number.
    let unknown = visits.iter_mut().filter(|visit| !zones_known || visit.number.is_none());
    unknown.for_each(|visit| visit.number = zones.number(&visit.zone));
    // The zone's side on which the whole way is; `None` where it may come to the border. How exact a fix is counts
    // wherever it is.
    let mut side = |number, area: &Area| {
        let distance_m = area.signed_distance_m(at);
        distances.add(number, distance_m);
        let is_gated = area.zone.max_accuracy_m > 0.0;
        let is_sure = !is_gated && !area.may_reach(distance_m, at, way.iter().map(|fix| fix.position));
        is_sure.then_some(distance_m <= 0.0)
    };
    let mut known = visits.len();
    let mut meet = |from: &Fix, to: &Fix| {
        zones.on_the_way(from.position, to.position, |number, area| {
            if !visits.iter().any(|visit| visit.number == Some(number)) && side(number, area) != Some(false) {
                // A vehicle is in one or two zones at most times, and there may be a million vehicles.
                visits.reserve_exact(1);
                visits.push(Visit::new(area.zone.id.clone(), number));
            }
        });
    };
    meet(first, last);
    if way.len() > 2 {
        way.windows(2).for_each(|pair| meet(&pair[0], &pair[1]));
    }
    visits.retain_mut(|visit| {
        let is_new = known == 0;
        known = known.saturating_sub(1);
        let found = visit.number.and_then(|number| Some((number, zones.numbered(number)?)));
        let Some((number, area)) = found else {
            *changed = true;
            return false;
        };
        // Of most zones a vehicle is well inside: nothing happens there.
        if visit.inside && !visit.is_undecided() && side(number, area) == Some(true) {
            return true;
        }
        // Who was told to have left, and is still there, comes in with this report: the entry before was another.
        let is_anew = was_silent && area.is_within(first.position);
        let way = if is_anew { &way[way.len() - 1..] } else { way };
        let was = (!is_new).then(|| visit.clone());
        let stays = visit.follow(area, settings, way, now, crossings);
        *changed |= match was {
            Some(was) => !stays || *visit != was,
            None => stays,
        };
        stays
    });
    if visits.is_empty() {
        *visits = Vec::new();
    }
    crossings.sort_by(|a, b| a.at.ts.cmp(&b.at.ts).then_with(|| a.zone.cmp(&b.zone)));
    followed
}

/// Whether some visit is not sure yet, so that every report matters.
pub(crate) fn undecided(visits: &[Visit]) -> bool {
    visits.iter().any(Visit::is_undecided)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Zone;

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
            let (at, now) = (here.position, here.ts);
            let going = Going { way: &way, at, now, was_silent: false, zones_known: before.is_some() };
            for crossing in follow(&mut visits, zones, &ZoneSettings::default(), &going).crossings {
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
