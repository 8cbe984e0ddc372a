//! One vehicle at one zone: when has it really gone in, and when out?

use super::area::Area;
use super::fix::Fix;
use super::zones::ZoneNumber;
use crate::settings::{ZoneSettings, ms};
use model::{Timestamp, ZoneId};
use serde::{Deserialize, Serialize};

/// How closely a way along a border is looked at, in metres: what it misses between is shallower than any margin.
const STEP_M: f64 = 2.0;
/// At most so many places of a straight piece of way are looked at.
const MAX_STEPS: f64 = 400.0;

/// A vehicle at or in a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) zone: ZoneId,
    /// The zone's number, as of the generation of zones that the vehicle's course knows.
    #[serde(skip)]
    pub(crate) number: Option<ZoneNumber>,
    /// Whether the entry was announced.
    pub(crate) inside: bool,
    /// Where it crossed the border towards the other side than it was announced on, while that is not sure yet.
    pub(crate) crossed: Option<Fix>,
    /// It has been so far over the border that only the least stay is still to come.
    #[serde(default)]
    is_over: bool,
    /// Where it came back over the border since then, while that is not sure.
    #[serde(default)]
    back: Option<Fix>,
    /// The last fix exact enough for this zone, while those that come are not.
    #[serde(default)]
    exact: Option<Fix>,
}

/// An entry or an exit that is sure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Crossing {
    pub(crate) zone: ZoneId,
    pub(crate) name: String,
    pub(crate) entered: bool,
    pub(crate) at: Fix,
}

impl Visit {
    pub(crate) fn new(zone: ZoneId, number: ZoneNumber) -> Self {
        Self {
            zone,
            number: Some(number),
            inside: false,
            crossed: None,
            is_over: false,
            back: None,
            exact: None,
        }
    }

    /// Whether every report matters, however far the border is.
    pub(crate) fn is_undecided(&self) -> bool {
        self.crossed.is_some() || self.exact.is_some()
    }

    /// Goes along a way from the fix before to the one that was reported last, at `now`; a single fix is the vehicle's
    /// first. Whether the visit is still worth keeping.
    pub(crate) fn follow(
        &mut self,
        area: &Area,
        settings: &ZoneSettings,
        way: &[Fix],
        now: Timestamp,
        crossings: &mut Vec<Crossing>,
    ) -> bool {
        let Some(here) = way.last() else { return true };
        let is_exact =
            |fix: &Fix| area.zone.max_accuracy_m <= 0.0 || f64::from(fix.sigma_m) <= area.zone.max_accuracy_m;
        if !is_exact(here) {
            self.exact = self.exact.or(way.first().filter(|first| way.len() > 1 && is_exact(first)).copied());
            return self.inside || self.is_undecided();
        }
        let (hysteresis_m, margin_m) = margins_m(area, settings, *here);
        let mut walk = Walk { visit: self, area, hysteresis_m, margin_m, crossings };
        match (walk.visit.exact.take(), way) {
            (Some(exact), _) => walk.straight(exact, *here),
            (None, [first, ..]) if way.len() > 1 && is_exact(first) => {
                way.windows(2).for_each(|pair| walk.straight(pair[0], pair[1]));
            }
            _ => walk.appear(*here),
        }
        walk.stay(*here, now);
        self.inside || self.is_undecided()
    }
}

/// How far over the border is over it: what the zone or the settings say, and what the position's own uncertainty
/// asks for if that is more.
fn margins_m(area: &Area, settings: &ZoneSettings, here: Fix) -> (f64, f64) {
    let wanted = if area.zone.hysteresis_m > 0.0 { area.zone.hysteresis_m } else { settings.hysteresis_m };
    (wanted, wanted.max(settings.sure_sigmas * f64::from(here.sigma_m)))
}

/// A visit while a way is gone along.
struct Walk<'a> {
    visit: &'a mut Visit,
    area: &'a Area,
    hysteresis_m: f64,
    margin_m: f64,
    crossings: &'a mut Vec<Crossing>,
}

impl Walk<'_> {
    /// The vehicle is first seen here.
    fn appear(&mut self, here: Fix) {
        let distance_m = self.area.signed_distance_m(here.position);
        self.reach(None, here, distance_m);
    }

    /// Has been here until `now`: who stands in a zone has been there since it stopped.
    fn stay(&mut self, here: Fix, now: Timestamp) {
        if self.visit.crossed.is_some() && now > here.ts {
            let distance_m = self.area.signed_distance_m(here.position);
            self.reach(None, Fix { ts: now, ..here }, distance_m);
        }
    }

    /// Goes straight from one fix to another. Nothing can change sooner than the border is near, so that steps far
    /// from it are long.
    fn straight(&mut self, from: Fix, to: Fix) {
        let length_m = self.area.length_m(from.position, to.position);
        let least_m = STEP_M.max(length_m / MAX_STEPS);
        let (mut gone_m, mut before) = (0.0, from);
        let mut distance_m = self.area.signed_distance_m(from.position);
        while gone_m < length_m {
            gone_m += (distance_m.abs() / 2.0).max(least_m);
            let here = if gone_m < length_m { from.towards(to, gone_m / length_m) } else { to };
            distance_m = self.area.signed_distance_m(here.position);
            self.reach(Some(before), here, distance_m);
            before = here;
        }
        if length_m <= 0.0 {
            self.reach(Some(from), to, distance_m);
        }
    }

    /// The vehicle is at `here`, `distance_m` from the border, and was at `before` when last looked at.
    fn reach(&mut self, before: Option<Fix>, here: Fix, distance_m: f64) {
        let is_within = distance_m <= 0.0;
        let is_sure = self.is_sure(here, distance_m, is_within);
        let Some(crossed) = self.visit.crossed else {
            if is_within != self.visit.inside {
                self.visit.crossed = Some(border(self.area, before, here));
                self.go_over(here, is_sure);
            }
            return;
        };
        if is_within != self.visit.inside {
            self.visit.back = None;
            self.go_over(here, is_sure);
        } else if !self.visit.is_over {
            self.visit.crossed = None;
        } else {
            // It was over for sure, but not for long enough when it came back; wobbling about the border is no way back.
            let back = *self.visit.back.get_or_insert_with(|| border(self.area, before, here));
            if self.has_dwelt(crossed, back.ts) {
                self.announce(crossed);
                self.visit.crossed = Some(back);
                self.go_back(is_sure);
            } else if is_sure {
                (self.visit.crossed, self.visit.is_over, self.visit.back) = (None, false, None);
            }
        }
    }

    /// Whether it is far enough over the border. Small zones get a smaller margin, so that they can be entered at all; small
    /// holes too, but never less than the hysteresis, or whoever passes one would leave.
    fn is_sure(&self, here: Fix, distance_m: f64, is_within: bool) -> bool {
        let over_m = distance_m.abs();
        if over_m >= self.margin_m {
            return true;
        }
        let fifth_m = self.area.width_m(here.position) / 5.0;
        over_m >= if is_within { fifth_m } else { fifth_m.max(self.hysteresis_m) }
    }

    /// On the other side than announced.
    fn go_over(&mut self, here: Fix, is_sure: bool) {
        self.visit.is_over |= is_sure;
        if let Some(crossed) = self.visit.crossed
            && self.visit.is_over
            && self.has_dwelt(crossed, here.ts)
        {
            self.announce(crossed);
        }
    }

    /// Just announced over there, and on the way back already.
    fn go_back(&mut self, is_sure: bool) {
        if let Some(crossed) = self.visit.crossed
            && is_sure
        {
            self.announce(crossed);
        }
    }

    fn has_dwelt(&self, crossed: Fix, until: Timestamp) -> bool {
        self.visit.inside || until.since_ms(crossed.ts) >= ms(self.area.zone.min_dwell_s)
    }

    fn announce(&mut self, at: Fix) {
        self.visit.inside = !self.visit.inside;
        (self.visit.crossed, self.visit.is_over, self.visit.back) = (None, false, None);
        let zone = &self.area.zone;
        self.crossings.push(Crossing {
            zone: zone.id.clone(),
            name: zone.name.clone(),
            entered: self.visit.inside,
            at,
        });
    }
}

/// Where between two fixes the border was crossed; the later one if the earlier one is on the same side.
fn border(area: &Area, before: Option<Fix>, here: Fix) -> Fix {
    let is_within = |fix: Fix| area.is_within(fix.position);
    match before {
        Some(before) if is_within(before) != is_within(here) => {
            before.towards(here, area.crossing(before.position, here.position))
        }
        _ => here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_takes_two_cache_lines() {
        assert_eq!(size_of::<Visit>(), 128);
    }
}
