//! Reads the files that settings name.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use link::recording::decompressed;
use model::Zone;
use roadnet::{Network, keep_largest_strongly_connected_part, keep_links};

use crate::scenario::Scenario;
use link::Failure;

/// Where less than this share of the roads, in metres, hangs together in a round, the network is one that is driven through.
const OPEN_BELOW: f64 = 0.75;

/// All of a file, decompressed if it is gzip or zstd.
///
/// # Errors
/// If it cannot be read.
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    decompressed(File::open(path)?)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where the road network of a run is: where the scenario says, else where the settings say.
fn roads_path(setting: &Path, scenario: &Scenario) -> PathBuf {
    scenario.network.as_deref().map_or_else(|| setting.to_owned(), |path| scenario.beside(path))
}

/// A road network on which every place can be reached from every other, so that no vehicle is ever trapped; or a whole one, if
/// less than 75 % of its length is like that, as of a motorway.
///
/// # Errors
/// If the file cannot be read, or holds no roads.
pub fn roads(setting: &Path, scenario: &Scenario) -> Result<Arc<Network>, Failure> {
    let path = roads_path(setting, scenario);
    let bytes = bytes(&path)
        .with_context(|| {
            let hint = match (&scenario.network, &scenario.network_from) {
                (Some(_), Some(from)) => from.as_str(),
                (Some(_), None) => "the scenario names it as its network",
                (None, _) => "name another file with --roads",
            };
            format!("cannot read the roads {}: {hint}", path.display())
        })
        .map_err(Failure::Usage)?;
    let (network, warnings) = roadnet::read(&bytes)
        .with_context(|| format!("cannot use the roads {}", path.display()))
        .map_err(Failure::Usage)?;
    for warning in &warnings {
        tracing::debug!(%warning, "roads");
    }
    let network = match &scenario.network_classes {
        Some(classes) => keep_links(&network, |link| classes.contains(&network.link(link).class)),
        None => network,
    };
    let (part, kept) = keep_largest_strongly_connected_part(&network);
    if kept.links_before == 0 {
        return Err(Failure::Usage(anyhow::anyhow!("{} holds no road to drive on", path.display())));
    }
    if kept.length_after_m < OPEN_BELOW * kept.length_before_m {
        tracing::info!("an open network: vehicles come in where roads begin, and leave where they end");
        return Ok(Arc::new(network));
    }
    if kept.links_after < kept.links_before {
        let (links, before_m, after_m) =
            (kept.links_after, kept.length_before_m.round(), kept.length_after_m.round());
        tracing::info!(links, before_m, after_m, "driving on the part of the roads that hangs together");
    }
    Ok(Arc::new(part))
}

/// A scenario whose values are in their ranges.
///
/// # Errors
/// If the file cannot be read, or something in it is wrong: then with its line.
pub fn scenario(path: &Path) -> Result<Scenario, Failure> {
    let text = fs::read_to_string(path)
        .with_context(|| {
            format!("cannot read the scenario {}; name another file with --scenario", path.display())
        })
        .map_err(Failure::Usage)?;
    Scenario::read(&path.display().to_string(), &text).map_err(|error| Failure::Usage(error.into()))
}

/// The zones that a scenario names.
///
/// # Errors
/// If the file cannot be read, or holds something else.
pub fn zones(scenario: &Scenario) -> Result<Vec<Zone>, Failure> {
    let Some(path) = scenario.zones.as_deref().map(|path| scenario.beside(path)) else {
        return Ok(Vec::new());
    };
    let read = || {
        let collection: serde_json::Value = serde_json::from_slice(&bytes(&path)?)?;
        let features = collection["features"].as_array().context("it is no FeatureCollection")?;
        features.iter().map(|feature| Ok(Zone::from_feature(feature)?)).collect::<anyhow::Result<Vec<Zone>>>()
    };
    read().with_context(|| format!("cannot use the zones {}", path.display())).map_err(Failure::Usage)
}
