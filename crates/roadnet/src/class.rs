//! What kind of road it is, from OSM's `highway` tag.

use std::fmt;

/// The classes of road that motor vehicles use, most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoadClass {
    /// Restricted-access dual carriageway.
    Motorway,
    /// Slip road of a motorway.
    MotorwayLink,
    /// Most important road that is not a motorway.
    Trunk,
    /// Slip road of a trunk road.
    TrunkLink,
    /// Road between larger towns, main artery of a city.
    Primary,
    /// Slip road of a primary road.
    PrimaryLink,
    /// Road between towns.
    Secondary,
    /// Slip road of a secondary road.
    SecondaryLink,
    /// Road between villages, collector street.
    Tertiary,
    /// Slip road of a tertiary road.
    TertiaryLink,
    /// Minor public road.
    Unclassified,
    /// Street with homes.
    Residential,
    /// Street where people on foot go first.
    LivingStreet,
    /// Way into a site, a yard, a car park.
    Service,
}

impl RoadClass {
    /// All classes, most important first.
    pub const ALL: [Self; 14] = [
        Self::Motorway,
        Self::MotorwayLink,
        Self::Trunk,
        Self::TrunkLink,
        Self::Primary,
        Self::PrimaryLink,
        Self::Secondary,
        Self::SecondaryLink,
        Self::Tertiary,
        Self::TertiaryLink,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
    ];

    /// The class that a value of the `highway` tag names; `None` where it is no road for motor vehicles
    /// (`footway`, `construction`, …) or not known.
    #[must_use]
    pub fn from_highway(value: &str) -> Option<Self> {
        // `road` is OSM's word for "some road, class not surveyed yet".
        if value == "road" {
            return Some(Self::Unclassified);
        }
        Self::ALL.into_iter().find(|class| class.as_str() == value)
    }

    /// The value of the `highway` tag for this class.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Motorway => "motorway",
            Self::MotorwayLink => "motorway_link",
            Self::Trunk => "trunk",
            Self::TrunkLink => "trunk_link",
            Self::Primary => "primary",
            Self::PrimaryLink => "primary_link",
            Self::Secondary => "secondary",
            Self::SecondaryLink => "secondary_link",
            Self::Tertiary => "tertiary",
            Self::TertiaryLink => "tertiary_link",
            Self::Unclassified => "unclassified",
            Self::Residential => "residential",
            Self::LivingStreet => "living_street",
            Self::Service => "service",
        }
    }

    /// The speed taken as the limit, in km/h, where no sign was mapped.
    ///
    /// These are speeds that free traffic keeps in a town rather than what a law allows at most: a limit taken too
    /// high would make ordinary traffic look like a jam.
    #[must_use]
    pub const fn default_speed_limit_kmh(self) -> f64 {
        match self {
            Self::Motorway => 110.0,
            Self::Trunk => 80.0,
            Self::MotorwayLink | Self::Primary => 60.0,
            Self::TrunkLink | Self::PrimaryLink | Self::Secondary | Self::Tertiary | Self::Unclassified => {
                50.0
            }
            Self::SecondaryLink | Self::TertiaryLink | Self::Residential => 40.0,
            Self::LivingStreet | Self::Service => 20.0,
        }
    }

    /// The number of lanes in one direction where none was mapped.
    #[must_use]
    pub const fn default_lanes(self) -> u8 {
        match self {
            Self::Motorway => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for RoadClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_reads_back_from_its_tag() {
        for class in RoadClass::ALL {
            assert_eq!(RoadClass::from_highway(class.as_str()), Some(class));
        }
        assert_eq!(RoadClass::from_highway("road"), Some(RoadClass::Unclassified));
    }

    #[test]
    fn ways_for_feet_and_unbuilt_roads_have_no_class() {
        for value in ["footway", "cycleway", "steps", "pedestrian", "construction", "proposed", "", "Primary"]
        {
            assert_eq!(RoadClass::from_highway(value), None, "{value}");
        }
    }
}
