//! The road network and the basemap, as files that are sent as they are.

use crate::app::App;
use crate::http::{Params, Prepared};
use crate::problem::Problem;
use anyhow::Context;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;
use std::path::Path;

const GEOJSON: &str = "application/geo+json";
/// What the licence of OpenStreetMap asks to be shown.
const OPENSTREETMAP: &str = "© OpenStreetMap contributors (ODbL)";

/// What the map is drawn from.
#[derive(Debug)]
pub struct Roads {
    network: Prepared,
    basemap: Prepared,
    /// West, south, east, north of all roads, in degrees.
    pub bounds: [f64; 4],
    /// Who is to be named on the map.
    pub attribution: String,
}

impl Roads {
    /// Reads and compresses the files. Takes a second or two: not for a task that others wait for.
    ///
    /// # Errors
    /// When a file is missing or is no GeoJSON.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).with_context(|| {
                format!(
                    "cannot read {}; set VIGIROUTE_ROADS_DIR to a folder made by `cargo xtask roads`",
                    path.display()
                )
            })
        };
        let network = Prepared::new(read("network.geojson")?, GEOJSON)?;
        let basemap = Prepared::new(read("basemap.geojson")?, GEOJSON)?;
        let geojson: Value = serde_json::from_slice(network.content())
            .with_context(|| format!("{} is no JSON", folder.join("network.geojson").display()))?;
        let bounds = bounds(&geojson).context("there is no road in network.geojson")?;
        let notice = std::fs::read_to_string(folder.join("NOTICE")).unwrap_or_default();
        Ok(Self { network, basemap, bounds, attribution: attribution(&notice) })
    }
}

/// The first line of the notice, or the credit of OpenStreetMap, in the form that its licence asks for.
fn attribution(notice: &str) -> String {
    match notice.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) if !line.contains("OpenStreetMap") => line.to_owned(),
        _ => OPENSTREETMAP.to_owned(),
    }
}

fn bounds(geojson: &Value) -> Option<[f64; 4]> {
    let features = geojson.get("features")?.as_array()?;
    let mut bounds: Option<[f64; 4]> = None;
    for feature in features {
        let points = feature.pointer("/geometry/coordinates").and_then(Value::as_array);
        for point in points.into_iter().flatten() {
            let (Some(lon), Some(lat)) =
                (point.get(0).and_then(Value::as_f64), point.get(1).and_then(Value::as_f64))
            else {
                continue;
            };
            let [west, south, east, north] = bounds.unwrap_or([lon, lat, lon, lat]);
            bounds = Some([west.min(lon), south.min(lat), east.max(lon), north.max(lat)]);
        }
    }
    bounds
}

/// The road network
///
/// GeoJSON LineStrings with OpenStreetMap's tags; the feature's `id` is the `road.id` of events.
#[utoipa::path(
    get, path = "/roads", tag = "map",
    responses((status = 200, description = "A FeatureCollection.", body = Object, content_type = "application/geo+json"), (status = 304, description = "As you have it."))
)]
pub async fn get_roads(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    Ok(app.roads.network.answer(&headers))
}

/// The basemap
///
/// GeoJSON features with the property `kind`: `road`, `water`, `building`, `green` or `rail`.
#[utoipa::path(
    get, path = "/basemap", tag = "map",
    responses((status = 200, description = "A FeatureCollection.", body = Object, content_type = "application/geo+json"), (status = 304, description = "As you have it."))
)]
pub async fn get_basemap(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    Ok(app.roads.basemap.answer(&headers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_bounds_hold_all_roads() {
        let line =
            |coordinates: Value| json!({"geometry": {"type": "LineString", "coordinates": coordinates}});
        let network =
            json!({"features": [line(json!([[24.9, 60.1], [25.0, 60.2]])), line(json!([[24.8, 60.15]]))]});
        assert_eq!(bounds(&network), Some([24.8, 60.1, 25.0, 60.2]));
        assert_eq!(bounds(&json!({"features": []})), None);
    }

    #[test]
    fn openstreetmap_is_credited_unless_the_roads_are_somebody_elses() {
        assert_eq!(attribution(""), OPENSTREETMAP);
        assert_eq!(attribution("© OpenStreetMap contributors, https://…\nmore"), OPENSTREETMAP);
        assert_eq!(attribution("\n© City of Example\n"), "© City of Example");
    }
}
