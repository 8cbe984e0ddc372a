//! Reads the files that settings name.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use roadnet::{Network, keep_largest_strongly_connected_part};

use crate::scenario::Scenario;
use link::Failure;

/// A road network on which every place can be reached from every other, so that no vehicle is ever trapped.
///
/// # Errors
/// If the file cannot be read, or holds no roads.
pub fn roads(path: &Path) -> Result<Arc<Network>, Failure> {
    let bytes = fs::read(path)
        .with_context(|| format!("cannot read the roads {}; name another file with --roads", path.display()))
        .map_err(Failure::Usage)?;
    let (network, warnings) = roadnet::read(&bytes)
        .with_context(|| format!("cannot use the roads {}", path.display()))
        .map_err(Failure::Usage)?;
    for warning in &warnings {
        tracing::debug!(%warning, "roads");
    }
    let (network, kept) = keep_largest_strongly_connected_part(&network);
    if kept.links_after == 0 {
        return Err(Failure::Usage(anyhow::anyhow!("{} holds no road to drive on", path.display())));
    }
    if kept.links_after < kept.links_before {
        let (links, before_m, after_m) =
            (kept.links_after, kept.length_before_m.round(), kept.length_after_m.round());
        tracing::info!(links, before_m, after_m, "driving on the part of the roads that hangs together");
    }
    Ok(Arc::new(network))
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
