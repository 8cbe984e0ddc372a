//! The files that both commands read: roads, thresholds, zones.

use anyhow::{Context, anyhow};
use detect::Settings;
use link::Failure;
use model::Zone;
use roadnet::{Network, Warning};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Reads a road network.
pub fn roads(path: &Path) -> anyhow::Result<(Arc<Network>, Vec<Warning>)> {
    let bytes = std::fs::read(path).with_context(|| {
        format!("cannot read the roads from {} (set VIGIROUTE_ROADS or --roads)", path.display())
    })?;
    let (network, warnings) =
        roadnet::read(&bytes).with_context(|| format!("the roads in {} cannot be used", path.display()))?;
    if network.link_count() == 0 {
        return Err(anyhow!("{} holds no road", path.display()));
    }
    Ok((Arc::new(network), warnings))
}

/// Reads the thresholds of detection; the defaults without a file.
pub fn detection(path: Option<&Path>) -> Result<Settings, Failure> {
    let Some(path) = path else { return Ok(Settings::default()) };
    let read = || {
        let text = std::fs::read_to_string(path).with_context(|| "cannot be read")?;
        let settings: Settings = toml::from_str(&text)?;
        settings.check()?;
        Ok(settings)
    };
    read().map_err(|error: anyhow::Error| {
        Failure::Usage(error.context(format!("the thresholds of detection in {}", path.display())))
    })
}

/// Reads zones: a Feature or a FeatureCollection.
pub fn zones(path: &Path) -> anyhow::Result<Vec<Zone>> {
    let in_file = || format!("the zones in {}", path.display());
    let bytes = std::fs::read(path).with_context(in_file)?;
    let json: Value = serde_json::from_slice(&bytes).with_context(in_file)?;
    if json["type"] != "FeatureCollection" {
        return Ok(vec![Zone::from_feature(&json).with_context(in_file)?]);
    }
    let features =
        json["features"].as_array().ok_or_else(|| anyhow!("no array `features`")).with_context(in_file)?;
    features
        .iter()
        .enumerate()
        .map(|(index, feature)| {
            Zone::from_feature(feature).with_context(|| format!("{}, feature {index}", in_file()))
        })
        .collect()
}
