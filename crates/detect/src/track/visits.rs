//! One vehicle's visits to zones: when has it really gone in, and when out?

use super::area::Area;
use super::zones::Zones;
use crate::settings::{ZoneSettings, ms};
use model::{LatLon, Timestamp, ZoneId};
use serde::{Deserialize, Serialize};

/// A place, the time a vehicle was there, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fix {
    pub(crate) ts: Timestamp,
    pub(crate) position: LatLon,
    /// Standard deviation of the position in metres.
    pub(crate) sigma_m: f32,
}

/// A vehicle at or in a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) zone: ZoneId,
    /// Whether the entry was announced.
    pub(crate) inside: bool,
    /// Where it crossed the border towards the side it is on, while that is not sure yet.
    pub(crate) crossed: Option<Fix>,
}

/// An entry or an exit that is sure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Crossing {
    pub(crate) zone: ZoneId,
    pub(crate) name: String,
    pub(crate) entered: bool,
    pub(crate) at: Fix,
}

/// Follows a vehicle from `before` to `here` and gives the crossings that are sure by now, in order of time.
pub(crate) fn follow(
    visits: &mut Vec<Visit>,
    zones: &Zones,
    settings: &ZoneSettings,
    before: Option<Fix>,
    here: Fix,
) -> Vec<Crossing> {
    let from = before.map_or(here.position, |before| before.position);
    zones.on_the_way(from, here.position, |area| {
        if !visits.iter().any(|visit| visit.zone == area.zone.id) {
            visits.push(Visit { zone: area.zone.id.clone(), inside: false, crossed: None });
        }
    });
    let mut crossings = Vec::new();
    visits.retain_mut(|visit| match zones.get(&visit.zone) {
        Some(area) => advance(visit, area, settings, before, here, &mut crossings),
        None => false,
    });
    crossings.sort_by(|a, b| a.at.ts.cmp(&b.at.ts).then_with(|| a.zone.cmp(&b.zone)));
    crossings
}

/// Whether some visit is not sure yet, so that every report matters.
pub(crate) fn undecided(visits: &[Visit]) -> bool {
    visits.iter().any(|visit| visit.crossed.is_some())
}

/// Takes one visit on; whether it is still worth keeping.
fn advance(
    visit: &mut Visit,
    area: &Area,
    settings: &ZoneSettings,
    before: Option<Fix>,
    here: Fix,
    crossings: &mut Vec<Crossing>,
) -> bool {
    let distance_m = area.signed_distance_m(here.position);
    let is_within = distance_m <= 0.0;
    let margin_m = margin_m(area, settings, here);
    if is_within == visit.inside {
        // Back on the side it was announced on, or never seen on the other; what lies between two reports may have
        // been over on the other side all the same.
        let crossed = visit.crossed.take();
        if let Some(before) = before {
            excursion(visit.inside, crossed, area, settings, before, here, crossings);
        }
        return visit.inside;
    }
    let crossed = *visit.crossed.get_or_insert_with(|| border(area, before, here));
    let dwelt = here.ts.since_ms(crossed.ts) >= if is_within { ms(area.zone.min_dwell_s) } else { 0 };
    if distance_m.abs() >= margin_m && dwelt {
        visit.inside = is_within;
        visit.crossed = None;
        crossings.push(crossing(area, is_within, crossed));
        return is_within;
    }
    true
}

/// A way over the border and back that no report was sure of: `crossed` is where it went over, if a report saw that.
fn excursion(
    inside: bool,
    crossed: Option<Fix>,
    area: &Area,
    settings: &ZoneSettings,
    before: Fix,
    here: Fix,
    crossings: &mut Vec<Crossing>,
) {
    let reach_m = before.position.distance_m(here.position);
    if area.signed_distance_m(here.position).abs() >= reach_m {
        return;
    }
    let (fraction, over_m) = area.farthest_over(!inside, before.position, here.position);
    if over_m < margin_m(area, settings, here) {
        return;
    }
    let turn = between(before, here, fraction);
    let went = crossed.unwrap_or_else(|| border(area, Some(before), turn));
    let came_back = border(area, Some(turn), here);
    if inside || came_back.ts.since_ms(went.ts) >= ms(area.zone.min_dwell_s) {
        crossings.push(crossing(area, !inside, went));
        crossings.push(crossing(area, inside, came_back));
    }
}

fn crossing(area: &Area, entered: bool, at: Fix) -> Crossing {
    Crossing { zone: area.zone.id.clone(), name: area.zone.name.clone(), entered, at }
}

/// How far over the border is over it: what the zone or the settings say, or what the position's own uncertainty
/// asks for if that is more. Small zones get a smaller margin, so that they can be entered at all.
fn margin_m(area: &Area, settings: &ZoneSettings, here: Fix) -> f64 {
    let wanted = if area.zone.hysteresis_m > 0.0 { area.zone.hysteresis_m } else { settings.hysteresis_m };
    let unsure_m = settings.sure_sigmas * f64::from(here.sigma_m);
    wanted.max(unsure_m).min(area.smaller_side_m() / 5.0)
}

/// Where between two fixes the border was crossed; the later one if the earlier one is on the same side.
fn border(area: &Area, before: Option<Fix>, here: Fix) -> Fix {
    let is_within = |fix: Fix| area.signed_distance_m(fix.position) <= 0.0;
    match before {
        Some(before) if is_within(before) != is_within(here) => {
            between(before, here, area.crossing(before.position, here.position))
        }
        _ => here,
    }
}

/// The fix at a fraction of the way.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn between(before: Fix, here: Fix, fraction: f64) -> Fix {
    let after_ms = (here.ts.since_ms(before.ts) as f64 * fraction).round() as i64;
    Fix {
        ts: before.ts + after_ms,
        position: before.position.lerp(here.position, fraction),
        sigma_m: here.sigma_m,
    }
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
            for crossing in follow(&mut visits, zones, &ZoneSettings::default(), before, here) {
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
