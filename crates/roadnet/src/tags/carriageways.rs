//! The two directions of a road, from its tags.

use super::Tags;
use super::lanes::lanes;
use super::max_speed::{MaxSpeed, parse};
use super::oneway::{Flow, flow};
use crate::{Carriageway, RoadClass};

const MPS_PER_KMH: f64 = 1.0 / 3.6;

/// How unstated things are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conventions {
    /// As OSM's mappers mean it: a motorway is one-way without saying so.
    Osm,
    /// As this project's GeoJSON means it: no `oneway` is both ways, whatever the class.
    GeoJson,
}

/// The traffic forward and backward; `notes` takes what could not be read in the tags.
pub(crate) fn carriageways(
    tags: &Tags,
    class: RoadClass,
    conventions: Conventions,
    notes: &mut Vec<String>,
) -> (Option<Carriageway>, Option<Carriageway>) {
    let one_way_class = conventions == Conventions::Osm && class == RoadClass::Motorway;
    let (flow, unread) = flow(tags, one_way_class);
    if let Some(value) = unread {
        notes.push(format!("oneway={value} is not known; read as if it were not there"));
    }
    let (lanes_forward, lanes_backward) = lanes(tags, flow);
    let mut side = |maxspeed_key, lanes: Option<u8>| Carriageway {
        speed_limit_mps: speed_limit_kmh(tags, maxspeed_key, class, notes) * MPS_PER_KMH,
        lanes: lanes.unwrap_or_else(|| class.default_lanes()),
    };
    let forward = (flow != Flow::BackwardOnly).then(|| side("maxspeed:forward", lanes_forward));
    let backward = (flow != Flow::ForwardOnly).then(|| side("maxspeed:backward", lanes_backward));
    (forward, backward)
}

fn speed_limit_kmh(tags: &Tags, directed_key: &str, class: RoadClass, notes: &mut Vec<String>) -> f64 {
    for key in [directed_key, "maxspeed"] {
        let Some(value) = tags.get(key) else { continue };
        match parse(value) {
            Some(MaxSpeed::Kmh(kmh)) => return kmh,
            Some(MaxSpeed::Unstated) => {}
            None => {
                let note = format!(
                    "{key}={value} is not a speed; took {} km/h for {class}",
                    class.default_speed_limit_kmh()
                );
                // Both directions of a road read the same tag.
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
    }
    class.default_speed_limit_kmh()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        pairs: &[(&str, &str)],
        class: RoadClass,
        conventions: Conventions,
    ) -> (Option<Carriageway>, Option<Carriageway>, Vec<String>) {
        let mut notes = Vec::new();
        let (forward, backward) =
            carriageways(&pairs.iter().copied().collect(), class, conventions, &mut notes);
        (forward, backward, notes)
    }

    fn side(kmh: f64, lanes: u8) -> Option<Carriageway> {
        Some(Carriageway { speed_limit_mps: kmh * MPS_PER_KMH, lanes })
    }

    #[test]
    fn without_maxspeed_the_class_gives_the_limit() {
        let (forward, backward, notes) = read(&[], RoadClass::Residential, Conventions::Osm);
        assert_eq!((forward, backward), (side(40.0, 1), side(40.0, 1)));
        assert!(notes.is_empty());
    }

    #[test]
    fn a_motorway_is_one_way_by_osms_convention_only() {
        let osm = read(&[], RoadClass::Motorway, Conventions::Osm);
        assert_eq!((osm.0, osm.1), (side(110.0, 2), None));
        let geojson = read(&[], RoadClass::Motorway, Conventions::GeoJson);
        assert_eq!((geojson.0, geojson.1), (side(110.0, 2), side(110.0, 2)));
    }

    #[test]
    fn each_direction_may_have_its_own_limit() {
        let tags = [("maxspeed", "60"), ("maxspeed:backward", "40"), ("lanes", "4")];
        let (forward, backward, _) = read(&tags, RoadClass::Primary, Conventions::Osm);
        assert_eq!((forward, backward), (side(60.0, 2), side(40.0, 2)));
    }

    #[test]
    fn an_unreadable_limit_is_told_once() {
        let (forward, _, notes) = read(&[("maxspeed", "fast")], RoadClass::Secondary, Conventions::Osm);
        assert_eq!(forward, side(50.0, 1));
        assert_eq!(notes, ["maxspeed=fast is not a speed; took 50 km/h for secondary"]);
    }
}
