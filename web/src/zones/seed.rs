//! Zones to begin with.

use super::MAX_ZONES;
use link::settings::SettingsError;
use model::Zone;
use serde_json::Value;
use std::path::Path;

/// Reads a FeatureCollection of zones.
///
/// # Errors
/// When the file cannot be read, or something in it is no zone.
pub fn read_seed(path: &Path) -> Result<Vec<Zone>, SettingsError> {
    let invalid = |reason: String| SettingsError::Invalid {
        name: "VIGIROUTE_ZONES_SEED",
        value: path.display().to_string(),
        reason,
    };
    let text = std::fs::read(path).map_err(|error| invalid(error.to_string()))?;
    let collection: Value =
        serde_json::from_slice(&text).map_err(|error| invalid(format!("not JSON: {error}")))?;
    let features = collection.get("features").and_then(Value::as_array);
    let features = features.ok_or_else(|| invalid("not a GeoJSON FeatureCollection".into()))?;
    if features.len() as i64 > MAX_ZONES {
        return Err(invalid(format!("more than {MAX_ZONES} zones")));
    }
    let zone = |(n, feature)| {
        Zone::from_feature(feature).map_err(|error| invalid(format!("feature {}: {error}", n + 1)))
    };
    features.iter().enumerate().map(zone).collect()
}
