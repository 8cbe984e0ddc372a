//! What a reader says about input that it could not use.

use std::fmt;

/// Something in a file that was skipped or mended; reading went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Which feature: its id where it has one, else its place in the file.
    pub feature: String,
    /// What is wrong with it and what was done.
    pub reason: String,
}

impl Warning {
    pub(crate) fn new(feature: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { feature: feature.into(), reason: reason.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.feature, self.reason)
    }
}

/// A file that cannot be read as roads at all. The cause, where there is one, is the source of the error.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// None of the known formats.
    #[error(
        "not a road network: expected GeoJSON (starts with '{{'), a SUMO network (.net.xml) or an OSM extract (.osm.pbf)"
    )]
    UnknownFormat,
    /// JSON that does not parse.
    #[error("not valid JSON; check that the file is complete and UTF-8")]
    Json(#[from] serde_json::Error),
    /// JSON that is not GeoJSON with features.
    #[error(
        "expected a GeoJSON FeatureCollection, found {found}; export the roads as a FeatureCollection of LineStrings"
    )]
    NotFeatures {
        /// What stands there instead.
        found: String,
    },
    /// An OSM extract of a kind that is not supported.
    #[error(
        "the OSM extract demands \"{feature}\", which is not supported; take a plain extract without history"
    )]
    UnsupportedFeature {
        /// The feature's name in the file.
        feature: String,
    },
    /// The file could not be read to its end.
    #[error("the file cannot be read to its end")]
    Io(#[from] std::io::Error),
    /// XML that does not parse.
    #[error("not valid XML; check that the file is complete and UTF-8")]
    Xml(#[from] quick_xml::Error),
    /// XML that is not a SUMO network.
    #[error(
        "not a road network: XML with the root <{root}>, where a SUMO network has <net>; netconvert makes one"
    )]
    NotSumo {
        /// The root element that stands there instead; empty if there is none.
        root: String,
    },
    /// A SUMO network in a projection that is not known.
    #[error(
        "the network's projection \"{parameter}\" is not known ({problem}); convert it with netconvert --proj.utm"
    )]
    Projection {
        /// What the file says.
        parameter: String,
        /// What is not known of it.
        problem: String,
    },
    /// An OSM extract that does not parse.
    #[error("the OSM extract is damaged; check that the download is complete")]
    Pbf(#[from] osmpbf::Error),
}
