//! What of OpenStreetMap the basemap shows.

use roadnet::Tags;

/// The sorts of things on the basemap, in drawing order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Green,
    Water,
    Building,
    Rail,
    Road,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Green, Self::Water, Self::Building, Self::Rail, Self::Road];

    /// The value of the property `kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Water => "water",
            Self::Building => "building",
            Self::Rail => "rail",
            Self::Road => "road",
        }
    }
}

/// How a thing is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Line,
    Area,
}

const ROADS_ON_FOOT: [&str; 7] = ["footway", "cycleway", "path", "steps", "pedestrian", "track", "bridleway"];
const GREEN_LEISURE: [&str; 7] =
    ["park", "garden", "pitch", "playground", "golf_course", "nature_reserve", "dog_park"];
const GREEN_LANDUSE: [&str; 9] = [
    "grass",
    "forest",
    "meadow",
    "recreation_ground",
    "cemetery",
    "village_green",
    "allotments",
    "orchard",
    "farmland",
];
const GREEN_NATURAL: [&str; 6] = ["wood", "scrub", "grassland", "heath", "wetland", "fell"];
const RAILS: [&str; 6] = ["rail", "tram", "light_rail", "subway", "narrow_gauge", "monorail"];
const STREAMS: [&str; 5] = ["river", "canal", "stream", "drain", "ditch"];

/// What something with these tags is on the basemap, its class and how it is drawn; `None` if it is not shown.
/// `closed` tells whether it ends where it starts, as an area does.
pub fn kind_of(tags: &Tags, closed: bool) -> Option<(Kind, String, Shape)> {
    let (kind, class, shape) = sort(tags)?;
    // A ring of footway is a line; a park is only worth drawing as an area.
    (shape == Shape::Line || closed).then(|| (kind, class.to_owned(), shape))
}

/// Whether something with these tags may be shown, whatever its form.
pub fn is_shown(tags: &Tags) -> bool {
    sort(tags).is_some()
}

fn sort(tags: &Tags) -> Option<(Kind, &str, Shape)> {
    let among = |key: &str, values: &[&str]| tags.get(key).filter(|value| values.contains(value));
    if let Some(highway) = tags.get("highway") {
        let shown = roadnet::RoadClass::from_highway(highway).is_some() || ROADS_ON_FOOT.contains(&highway);
        let on_ground = !tags.is_any("area", &["yes"]) && !tags.is_any("indoor", &["yes"]);
        return (shown && on_ground).then_some((Kind::Road, highway, Shape::Line));
    }
    if let Some(railway) = among("railway", &RAILS) {
        // What runs underground is not on the map of the surface.
        return (!tags.is_any("tunnel", &["yes"])).then_some((Kind::Rail, railway, Shape::Line));
    }
    if let Some(building) = tags.get("building").filter(|&building| building != "no") {
        return (tags.get("location") != Some("underground")).then_some((
            Kind::Building,
            building,
            Shape::Area,
        ));
    }
    if tags.is_any("natural", &["water", "bay"]) || tags.is_any("waterway", &["riverbank", "dock"]) {
        return Some((Kind::Water, tags.get("water").unwrap_or("water"), Shape::Area));
    }
    if let Some(landuse) = among("landuse", &["basin", "reservoir", "pond"]) {
        return Some((Kind::Water, landuse, Shape::Area));
    }
    if let Some(waterway) = among("waterway", &STREAMS) {
        return (!tags.is_any("tunnel", &["yes", "culvert"])).then_some((Kind::Water, waterway, Shape::Line));
    }
    let green = among("leisure", &GREEN_LEISURE)
        .or_else(|| among("landuse", &GREEN_LANDUSE))
        .or_else(|| among("natural", &GREEN_NATURAL))?;
    Some((Kind::Green, green, Shape::Area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)], closed: bool, expected: Option<(Kind, &str, Shape)>) {
        let tags: Tags = pairs.iter().copied().collect();
        let expected = expected.map(|(kind, class, shape)| (kind, class.to_owned(), shape));
        assert_eq!(kind_of(&tags, closed), expected, "{pairs:?}");
    }

    #[test]
    fn roads_for_wheels_and_feet_are_lines() {
        check(&[("highway", "primary")], false, Some((Kind::Road, "primary", Shape::Line)));
        check(&[("highway", "footway")], true, Some((Kind::Road, "footway", Shape::Line)));
        check(&[("highway", "pedestrian"), ("area", "yes")], true, None);
        check(&[("highway", "construction")], false, None);
    }

    #[test]
    fn areas_are_drawn_only_where_they_close() {
        check(&[("building", "yes")], true, Some((Kind::Building, "yes", Shape::Area)));
        check(&[("building", "yes")], false, None);
        check(&[("building", "no")], true, None);
        check(&[("leisure", "park")], true, Some((Kind::Green, "park", Shape::Area)));
        check(&[("natural", "water"), ("water", "lake")], true, Some((Kind::Water, "lake", Shape::Area)));
    }

    #[test]
    fn what_runs_underground_is_not_shown() {
        check(&[("railway", "tram")], false, Some((Kind::Rail, "tram", Shape::Line)));
        check(&[("railway", "subway"), ("tunnel", "yes")], false, None);
        check(&[("waterway", "stream"), ("tunnel", "culvert")], false, None);
    }
}
