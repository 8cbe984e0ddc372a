//! The MQTT topics of design `vigiroute/v1` and of the dialects, read and written in one place.

use crate::{DropReason, VehicleId, ZoneId, check_id};

/// First levels of every topic of this project.
pub const ROOT: &str = "vigiroute/v1";

/// What a gateway subscribes to for positions and hazards, dialects included.
pub const REPORT_FILTERS: [&str; 4] = [
    "vigiroute/v1/vehicles/+/position",
    "vigiroute/v1/vehicles/+/hazard",
    "vigiroute/v1/fleets/+/positions",
    HFP_FILTER,
];

/// Positions of Helsinki's public transport (HFP v2), vehicles on a journey.
pub const HFP_FILTER: &str = "/hfp/v2/journey/ongoing/vp/#";

/// Every zone, retained.
pub const ZONE_FILTER: &str = "vigiroute/v1/zones/+";

/// What a topic carries, as far as a gateway cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Topic<'a> {
    /// One position report of this vehicle.
    Position(VehicleId),
    /// One hazard report of this vehicle.
    Hazard(VehicleId),
    /// A batch of position reports of this fleet's vehicles.
    FleetPositions(&'a str),
    /// One HFP v2 message; operator and vehicle number as the topic writes them.
    Hfp {
        /// Operator, four digits.
        operator: &'a str,
        /// Vehicle number, five digits.
        vehicle: &'a str,
        /// `bus`, `tram`, `train` …
        mode: &'a str,
    },
    /// A zone (an empty payload deletes it).
    Zone(ZoneId),
}

impl<'a> Topic<'a> {
    /// Reads a topic name.
    ///
    /// # Errors
    /// [`DropReason::BadTopic`] if it is none that a gateway takes, or an id in it is none.
    pub fn parse(topic: &'a str) -> Result<Self, DropReason> {
        if let Some(rest) = topic.strip_prefix("/hfp/v2/") {
            return parse_hfp(rest);
        }
        let rest =
            topic.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix('/')).ok_or(DropReason::BadTopic)?;
        let mut levels = rest.split('/');
        let levels = [levels.next(), levels.next(), levels.next(), levels.next()];
        let vehicle = |id| VehicleId::new(id).map_err(|_| DropReason::BadTopic);
        match levels {
            [Some("vehicles"), Some(id), Some("position"), None] => vehicle(id).map(Topic::Position),
            [Some("vehicles"), Some(id), Some("hazard"), None] => vehicle(id).map(Topic::Hazard),
            [Some("fleets"), Some(fleet), Some("positions"), None] if check_id(fleet).is_ok() => {
                Ok(Topic::FleetPositions(fleet))
            }
            [Some("zones"), Some(id), None, None] => {
                ZoneId::new(id).map(Topic::Zone).map_err(|_| DropReason::BadTopic)
            }
            _ => Err(DropReason::BadTopic),
        }
    }
}

/// `{journey type}/{temporal type}/{event}/{mode}/{operator}/{vehicle}/…`, the part behind `/hfp/v2/`.
fn parse_hfp(rest: &str) -> Result<Topic<'_>, DropReason> {
    let mut levels = rest.split('/').skip(3);
    match (levels.next(), levels.next(), levels.next()) {
        (Some(mode), Some(operator), Some(vehicle))
            if check_id(operator).is_ok() && check_id(vehicle).is_ok() =>
        {
            Ok(Topic::Hfp { operator, vehicle, mode })
        }
        _ => Err(DropReason::BadTopic),
    }
}

/// Where a vehicle publishes its positions.
#[must_use]
pub fn position(vehicle: &VehicleId) -> String {
    format!("{ROOT}/vehicles/{vehicle}/position")
}

/// Where a vehicle publishes hazards.
#[must_use]
pub fn hazard(vehicle: &VehicleId) -> String {
    format!("{ROOT}/vehicles/{vehicle}/hazard")
}

/// Where a vehicle's presence stands, retained.
#[must_use]
pub fn status(vehicle: &VehicleId) -> String {
    format!("{ROOT}/vehicles/{vehicle}/status")
}

/// Where a fleet publishes batches of positions.
#[must_use]
pub fn fleet_positions(fleet: &str) -> String {
    format!("{ROOT}/fleets/{fleet}/positions")
}

/// Where a zone stands, retained.
#[must_use]
pub fn zone(zone: &ZoneId) -> String {
    format!("{ROOT}/zones/{zone}")
}

/// The scenario that the simulator runs, retained.
pub const SIMULATION_SCENARIO: &str = "vigiroute/v1/simulation/scenario";
/// A partial scenario to apply now, or an incident to stage.
pub const SIMULATION_SET: &str = "vigiroute/v1/simulation/set";
/// The simulator's answer to each [`SIMULATION_SET`].
pub const SIMULATION_REPLY: &str = "vigiroute/v1/simulation/reply";
/// What the simulator knows to be true.
pub const SIMULATION_TRUTH: &str = "vigiroute/v1/simulation/truth";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read_as_they_are_written() -> Result<(), crate::IdError> {
        let v = VehicleId::new("v1")?;
        assert_eq!(Topic::parse(&position(&v)), Ok(Topic::Position(v.clone())));
        assert_eq!(Topic::parse(&hazard(&v)), Ok(Topic::Hazard(v)));
        assert_eq!(Topic::parse(&fleet_positions("f")), Ok(Topic::FleetPositions("f")));
        let z = ZoneId::new("centre")?;
        assert_eq!(Topic::parse(&zone(&z)), Ok(Topic::Zone(z)));
        Ok(())
    }

    #[test]
    fn wild_topics_are_bad_topics() {
        let long = format!("vigiroute/v1/vehicles/{}/position", "x".repeat(65));
        for topic in [
            "",
            "vigiroute/v1/vehicles//position",
            "vigiroute/v1/vehicles/a b/position",
            "vigiroute/v1/vehicles/v1/position/x",
            "vigiroute/v1/vehicles/v1/posit",
            "vigiroute/v2/vehicles/v1/position",
            "vigiroute/v1/fleets/é/positions",
            "/hfp/v2/journey/ongoing/vp/bus",
            &long,
        ] {
            assert_eq!(Topic::parse(topic), Err(DropReason::BadTopic), "{topic}");
        }
    }

    #[test]
    fn hfp_topics_name_operator_and_vehicle_whatever_follows() {
        let topic =
            "/hfp/v2/journey/ongoing/vp/tram/0040/00433/1008/1/Länsiterminaali T1/07:53//3/60;24/19/82/16";
        assert_eq!(Topic::parse(topic), Ok(Topic::Hfp { operator: "0040", vehicle: "00433", mode: "tram" }));
    }
}
