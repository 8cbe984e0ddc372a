//! The basemap: what lies around the roads, for drawing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use roadnet::Line;
use roadnet::geojson::{FeatureWriter, Properties, coordinates};
use roadnet::osm::{Extract, OsmWay};
use serde_json::json;

use super::areas::{Area, area_of_way, areas_of_relation};
use super::kind::{Kind, Shape, kind_of};
use super::sea::sea;

/// One thing on the map.
struct Thing {
    class: String,
    name: Option<String>,
    /// GeoJSON.
    geometry: String,
}

/// What was drawn and what could not be.
#[derive(Debug, Default)]
pub struct Summary {
    /// Features by kind.
    pub features: BTreeMap<Kind, usize>,
    /// Areas of which the border of the extract leaves too little, by kind.
    pub areas_cut: BTreeMap<Kind, usize>,
}

/// Everything on the map, by kind, in the order of the extract.
#[derive(Default)]
pub struct Basemap {
    things: BTreeMap<Kind, Vec<Thing>>,
    summary: Summary,
}

impl Basemap {
    /// Draws what an extract holds.
    pub fn of(extract: &Extract) -> Self {
        let mut map = Self::default();
        let mut in_relations = BTreeSet::new();
        let ways: BTreeMap<i64, &OsmWay> = extract.ways.iter().map(|way| (way.id, way)).collect();
        for relation in &extract.relations {
            let Some((kind, class, Shape::Area)) = kind_of(&relation.tags, true) else { continue };
            let (areas, cut) = areas_of_relation(relation, &ways, &extract.places);
            *map.summary.areas_cut.entry(kind).or_default() += usize::from(cut);
            if let Some(geometry) = area_geometry(&areas) {
                in_relations.extend(relation.ways.iter().map(|member| member.way));
                map.add(kind, class, relation.tags.get("name"), geometry);
            }
        }
        if let Some(geometry) = area_geometry(&sea(extract)) {
            map.add(Kind::Water, "sea".to_owned(), None, geometry);
        }
        for way in &extract.ways {
            map.take_way(way, extract, in_relations.contains(&way.id));
        }
        map
    }

    fn take_way(&mut self, way: &OsmWay, extract: &Extract, in_relation: bool) {
        let Some((kind, class, shape)) = kind_of(&way.tags, way.is_closed()) else { return };
        let name = way.tags.get("name");
        match shape {
            Shape::Line => {
                for line in lines(way, extract) {
                    let geometry =
                        format!(r#"{{"type":"LineString","coordinates":{}}}"#, coordinates(line.points()));
                    self.add(kind, class.clone(), name, geometry);
                }
            }
            // The relation has drawn it already.
            Shape::Area if in_relation => {}
            Shape::Area => match area_of_way(way, &extract.places) {
                Some(area) => self.add(kind, class, name, area_geometry(&[area]).unwrap_or_default()),
                None => *self.summary.areas_cut.entry(kind).or_default() += 1,
            },
        }
    }

    fn add(&mut self, kind: Kind, class: String, name: Option<&str>, geometry: String) {
        *self.summary.features.entry(kind).or_default() += 1;
        self.things.entry(kind).or_default().push(Thing { class, name: name.map(str::to_owned), geometry });
    }

    /// What is on the map.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Writes the map as GeoJSON, lowest layer first, one feature a line.
    pub fn write(&self, attribution: &str, out: &mut impl Write) -> io::Result<()> {
        let mut features = FeatureWriter::start(attribution, out)?;
        for (kind, things) in &self.things {
            for thing in things {
                let mut properties =
                    Properties::from([("kind", json!(kind.as_str())), ("class", json!(thing.class))]);
                if let Some(name) = &thing.name {
                    properties.insert("name", json!(name));
                }
                features.feature(None, &properties, &thing.geometry)?;
            }
        }
        features.finish()
    }
}

/// The parts of a way that the extract holds.
fn lines(way: &OsmWay, extract: &Extract) -> Vec<Line> {
    let places: Vec<_> = way.nodes.iter().map(|&node| extract.places.get(node)).collect();
    places.split(Option::is_none).filter_map(|part| Line::new(part.iter().flatten().copied())).collect()
}

/// Polygon or MultiPolygon; `None` without any area.
fn area_geometry(areas: &[Area]) -> Option<String> {
    let polygon = |area: &Area| {
        let rings: Vec<String> =
            std::iter::once(&area.outer).chain(&area.holes).map(|ring| coordinates(ring)).collect();
        format!("[{}]", rings.join(","))
    };
    match areas {
        [] => None,
        [area] => Some(format!(r#"{{"type":"Polygon","coordinates":{}}}"#, polygon(area))),
        areas => {
            let polygons: Vec<String> = areas.iter().map(polygon).collect();
            Some(format!(r#"{{"type":"MultiPolygon","coordinates":[{}]}}"#, polygons.join(",")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::LatLon;
    use roadnet::osm::{OsmRelation, WayMember};

    fn way(id: i64, nodes: &[i64], tags: &[(&str, &str)]) -> OsmWay {
        OsmWay { id, tags: tags.iter().copied().collect(), nodes: nodes.to_vec() }
    }

    #[test]
    fn each_thing_is_a_feature_with_its_kind_class_and_name_lowest_layer_first() {
        let square = [0, 1, 11, 10, 0];
        let lake = OsmRelation {
            id: 9,
            tags: [("type", "multipolygon"), ("natural", "water"), ("name", "Järvi")].into_iter().collect(),
            ways: vec![WayMember { way: 4, role: "outer".into() }],
        };
        let extract = Extract {
            places: (0..100).map(|n| (n, LatLon::new((n / 10) as f64, (n % 10) as f64))).collect(),
            ways: vec![
                way(1, &[0, 1, 200, 2, 3], &[("highway", "primary"), ("name", "Pääkatu")]),
                way(2, &square, &[("building", "yes")]),
                way(3, &[0, 201, 202, 0], &[("leisure", "park")]),
                way(4, &square, &[("natural", "water")]),
                way(5, &[5, 6], &[("power", "line")]),
            ],
            relations: vec![lake],
            ..Extract::default()
        };
        let map = Basemap::of(&extract);
        let mut written = Vec::new();
        map.write("somebody", &mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        let ring = "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]";
        let road = r#""properties":{"class":"primary","kind":"road","name":"Pääkatu"}"#;
        let expected = [
            r#"{"type":"FeatureCollection","attribution":"somebody","features":["#.to_owned(),
            format!(
                r#"{{"type":"Feature","properties":{{"class":"water","kind":"water","name":"Järvi"}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}},"#
            ),
            format!(
                r#"{{"type":"Feature","properties":{{"class":"yes","kind":"building"}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}},"#
            ),
            format!(
                r#"{{"type":"Feature",{road},"geometry":{{"type":"LineString","coordinates":[[0,0],[1,0]]}}}},"#
            ),
            format!(
                r#"{{"type":"Feature",{road},"geometry":{{"type":"LineString","coordinates":[[2,0],[3,0]]}}}}"#
            ),
            "]}".to_owned(),
        ];
        assert_eq!(written.lines().collect::<Vec<_>>(), expected);
        assert_eq!(map.summary().areas_cut[&Kind::Green], 1);
    }
}
