//! Checks of single values, with the line of what is wrong.

use std::ops::{Range, RangeInclusive};

use model::simulation::Limits;
use model::{LatLon, VehicleKind, check_id};
use roadnet::RoadClass;
use toml::Spanned;

use super::error::{ScenarioError, Source};
use super::file::{RawFleet, RawPlace, RawReports};
use super::place::Place;
use crate::traffic::{DayCurve, FleetMix};

/// Checks values of one file.
pub(super) struct Checker<'a> {
    pub source: Source<'a>,
}

impl Checker<'_> {
    pub fn limited(
        &self,
        limits: &Limits,
        value: Option<Spanned<f64>>,
        usual: f64,
    ) -> Result<f64, ScenarioError> {
        self.number(limits.name, value, usual, limits.least..=limits.most)
    }

    pub fn number(
        &self,
        name: &str,
        value: Option<Spanned<f64>>,
        usual: f64,
        range: RangeInclusive<f64>,
    ) -> Result<f64, ScenarioError> {
        let Some(value) = value else { return Ok(usual) };
        if range.contains(value.get_ref()) {
            return Ok(value.into_inner());
        }
        let reason = format!("{name} = {} is outside {} to {}", value.get_ref(), range.start(), range.end());
        Err(self.source.error_at(&value.span(), reason))
    }

    pub fn count(
        &self,
        name: &str,
        value: Option<Spanned<i64>>,
        usual: usize,
        range: RangeInclusive<i64>,
    ) -> Result<usize, ScenarioError> {
        let Some(value) = value else { return Ok(usual) };
        match usize::try_from(*value.get_ref()) {
            Ok(count) if range.contains(value.get_ref()) => Ok(count),
            _ => {
                let reason =
                    format!("{name} = {} is outside {} to {}", value.get_ref(), range.start(), range.end());
                Err(self.source.error_at(&value.span(), reason))
            }
        }
    }

    pub fn id(&self, value: Option<Spanned<String>>, usual: String) -> Result<String, ScenarioError> {
        let Some(value) = value else { return Ok(usual) };
        match check_id(value.get_ref()) {
            Ok(()) => Ok(value.into_inner()),
            Err(error) => Err(self.source.error_at(&value.span(), format!("id: {error}"))),
        }
    }

    /// `07:30`, as seconds after midnight.
    pub fn time_of_day_s(&self, value: Option<Spanned<String>>) -> Result<f64, ScenarioError> {
        let Some(value) = value else { return Ok(12.0 * 3_600.0) };
        let text = value.get_ref();
        let parts =
            text.split_once(':').map(|(hours, minutes)| (hours.parse::<u32>(), minutes.parse::<u32>()));
        match parts {
            Some((Ok(hours @ 0..=23), Ok(minutes @ 0..=59))) => Ok(f64::from(hours * 3_600 + minutes * 60)),
            _ => {
                let reason = format!("time_of_day = {text:?} is not a time from \"00:00\" to \"23:59\"");
                Err(self.source.error_at(&value.span(), reason))
            }
        }
    }

    pub fn classes(
        &self,
        value: Option<Spanned<Vec<String>>>,
    ) -> Result<Option<Vec<RoadClass>>, ScenarioError> {
        let Some(value) = value else { return Ok(None) };
        let class = |name: &String| {
            RoadClass::from_highway(name).ok_or_else(|| {
                let reason =
                    format!("network_classes: {name:?} is no class of road, as OSM's highway has them");
                self.source.error_at(&value.span(), reason)
            })
        };
        value.get_ref().iter().map(class).collect::<Result<Vec<_>, _>>().map(Some)
    }

    pub fn demand(&self, value: Option<Spanned<Vec<f64>>>) -> Result<DayCurve, ScenarioError> {
        let Some(value) = value else { return Ok(DayCurve::EVEN) };
        let shares: Option<[f64; 24]> = value.get_ref().as_slice().try_into().ok();
        shares.and_then(DayCurve::new).ok_or_else(|| {
            let reason = "demand must be 24 shares, each 0 to 1: those at 0, 1, … 23 o'clock";
            self.source.error_at(&value.span(), reason)
        })
    }

    pub fn fleet(&self, raw: Option<Spanned<RawFleet>>) -> Result<FleetMix, ScenarioError> {
        use VehicleKind::{Bus, Car, Emergency, Motorcycle, Other, Truck};
        let Some(raw) = raw else { return Ok(FleetMix::CITY) };
        let span = raw.span();
        let fleet = raw.into_inner();
        let shares = [
            (Car, fleet.car),
            (Truck, fleet.truck),
            (Bus, fleet.bus),
            (Motorcycle, fleet.motorcycle),
            (Emergency, fleet.emergency),
            (Other, fleet.other),
        ];
        FleetMix::new(shares).ok_or_else(|| {
            self.source
                .error_at(&span, "the shares of the fleet must be 0 or more, and one of them more than 0")
        })
    }

    pub fn place(&self, raw: &Spanned<RawPlace>) -> Result<Place, ScenarioError> {
        let error = |reason: &str| Err(self.source.error_at(&raw.span(), reason));
        let place = raw.get_ref();
        let heading = place.heading;
        if heading.is_some_and(|deg| !(0.0..360.0).contains(&deg)) {
            return error("heading must be 0 or more and less than 360 degrees");
        }
        match (place.lat, place.lon, &place.road, place.fraction) {
            (Some(lat), Some(lon), None, None) => match LatLon::checked(lat, lon) {
                Some(_) => Ok(Place::Point { lat, lon, heading }),
                None => error("lat must be -90 to 90 and lon -180 to 180 degrees"),
            },
            (None, None, Some(road), fraction) => {
                let fraction = fraction.unwrap_or(0.5);
                if !(0.0..=1.0).contains(&fraction) {
                    return error("fraction must be 0 to 1");
                }
                Ok(Place::Along { road: road.clone(), fraction, heading })
            }
            _ => error("a place is either lat and lon, or road and fraction"),
        }
    }

    pub fn reports(&self, raw: Option<Spanned<RawReports>>, vehicles: usize) -> Result<usize, ScenarioError> {
        let span: Range<usize> = raw.as_ref().map_or(0..0, Spanned::span);
        match raw.map(Spanned::into_inner) {
            None | Some(RawReports::All(true)) => Ok(vehicles),
            Some(RawReports::All(false)) => Ok(0),
            Some(RawReports::Count(count)) => match usize::try_from(count) {
                Ok(count) if count <= vehicles => Ok(count),
                _ => {
                    let reason = format!(
                        "reports = {count}: only the {vehicles} vehicles of the incident can report it"
                    );
                    Err(self.source.error_at(&span, reason))
                }
            },
        }
    }

    /// Refuses a field that has no meaning here.
    pub fn absent<T>(&self, name: &str, value: Option<&Spanned<T>>, why: &str) -> Result<(), ScenarioError> {
        match value {
            None => Ok(()),
            Some(value) => Err(self.source.error_at(&value.span(), format!("{name} is for {why}"))),
        }
    }
}
