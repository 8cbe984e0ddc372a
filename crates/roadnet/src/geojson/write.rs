//! Writes a network as GeoJSON, one feature a line, so that a change of one road is a change of one line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::LatLon;
use serde_json::{Value, json};

use crate::{Carriageway, Network, Road};

/// Writes a network so that [`read_geojson`](crate::read_geojson) gives it again: roads with their limits and lanes
/// spelled out, then traffic lights, then forbidden turns. `attribution` stands at the top of the file. The same network gives the same bytes.
///
/// # Errors
/// What `out` reports.
pub fn write_network(network: &Network, attribution: &str, out: &mut impl Write) -> io::Result<()> {
    let roads = network.roads();
    let mut features = FeatureWriter::start(attribution, out)?;
    for road in &roads {
        let geometry =
            format!(r#"{{"type":"LineString","coordinates":{}}}"#, coordinates(road.line.points()));
        features.feature(Some(&road.id), &properties(road), &geometry)?;
    }
    let light = Properties::from([("highway", json!("traffic_signals"))]);
    for &signal in network.signals() {
        features.feature(
            None,
            &light,
            &format!(r#"{{"type":"Point","coordinates":{}}}"#, position(signal)),
        )?;
    }
    for &(from, to) in &network.rules().forbidden {
        let (from, to) = (network.link(from), network.link(to));
        let turn = Properties::from([
            ("type", json!("restriction")),
            ("restriction", json!("no_turn")),
            ("from", json!(&*from.road_id)),
            ("to", json!(&*to.road_id)),
        ]);
        let node = position(network.node(from.to));
        features.feature(None, &turn, &format!(r#"{{"type":"Point","coordinates":{node}}}"#))?;
    }
    features.finish()
}

/// What a feature is, in the order of the keys.
pub type Properties = BTreeMap<&'static str, Value>;

/// A FeatureCollection that is written one feature a line.
#[derive(Debug)]
pub struct FeatureWriter<'a, W: Write> {
    out: &'a mut W,
    count: usize,
}

impl<'a, W: Write> FeatureWriter<'a, W> {
    /// Writes the head of the collection.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn start(attribution: &str, out: &'a mut W) -> io::Result<Self> {
        write!(out, r#"{{"type":"FeatureCollection","attribution":{},"features":["#, json!(attribution))?;
        Ok(Self { out, count: 0 })
    }

    /// Writes one feature; `geometry` is GeoJSON already.
    ///
    /// # Errors
    /// What the output reports.
    pub fn feature(&mut self, id: Option<&str>, properties: &Properties, geometry: &str) -> io::Result<()> {
        let comma = if self.count > 0 { "," } else { "" };
        let id = id.map(|id| format!(r#""id":{},"#, json!(id))).unwrap_or_default();
        let properties = serde_json::to_string(properties)?;
        self.count += 1;
        write!(
            self.out,
            "{comma}\n{{\"type\":\"Feature\",{id}\"properties\":{properties},\"geometry\":{geometry}}}"
        )
    }

    /// Writes the end of the collection.
    ///
    /// # Errors
    /// What the output reports.
    pub fn finish(self) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")
    }
}

/// Positions as a GeoJSON array.
#[must_use]
pub fn coordinates(points: &[LatLon]) -> String {
    let positions: Vec<String> = points.iter().map(|&point| position(point)).collect();
    format!("[{}]", positions.join(","))
}

/// A position as GeoJSON, with at most 7 decimals (about a centimetre).
#[must_use]
pub fn position(point: LatLon) -> String {
    format!("[{},{}]", decimal(point.lon), decimal(point.lat))
}

fn decimal(degrees: f64) -> String {
    let text = format!("{degrees:.7}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn properties(road: &Road) -> Properties {
    let mut properties = Properties::new();
    let mut put = |key: &'static str, value: Value| properties.insert(key, value);
    put("highway", json!(road.class.as_str()));
    if let Some(name) = &road.name {
        put("name", json!(&**name));
    }
    if let Some(reference) = &road.reference {
        put("ref", json!(&**reference));
    }
    match (road.forward, road.backward) {
        (Some(forward), Some(backward)) => {
            if forward.speed_limit_mps == backward.speed_limit_mps {
                put("maxspeed", kmh(&forward));
            } else {
                put("maxspeed:forward", kmh(&forward));
                put("maxspeed:backward", kmh(&backward));
            }
            put("lanes", json!(u16::from(forward.lanes) + u16::from(backward.lanes)));
            if forward.lanes != backward.lanes {
                put("lanes:forward", json!(forward.lanes));
                put("lanes:backward", json!(backward.lanes));
            }
            put("oneway", json!("no"));
        }
        (Some(only), None) | (None, Some(only)) => {
            put("maxspeed", kmh(&only));
            put("lanes", json!(only.lanes));
            put("oneway", json!(if road.forward.is_some() { "yes" } else { "-1" }));
        }
        (None, None) => {}
    }
    properties
}

/// The limit in km/h; whole numbers without a decimal point.
fn kmh(carriageway: &Carriageway) -> Value {
    let kmh = (carriageway.speed_limit_mps * 3.6 * 1e5).round() / 1e5;
    if kmh.fract() == 0.0 { json!(kmh as u32) } else { json!(kmh) }
}
