//! All zones, found by place.

use super::area::Area;
use foldhash::fast::RandomState;
use model::{LatLon, Zone, ZoneId};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;

/// Side of a grid cell in degrees; some hundred metres.
const CELL_DEG: f64 = 0.004;
/// A zone over more cells than this is looked at for every position instead.
const MAX_CELLS: usize = 4_096;
/// A way over more cells than this is too long for what lies between its ends to be known.
const MAX_WAY_CELLS: usize = 256;
/// A zone that comes so near a cell is listed with it, in degrees.
const NEAR_DEG: f64 = 0.002;
/// A number from here on is none that a zone was ever given.
const MOST_RECALLED: u32 = 1 << 24;
/// Metres per degree of latitude, a little less than true.
const M_PER_DEG: f64 = 111_000.0;

/// The number of a zone, kept as one more, so that one that may be missing takes no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ZoneNumber(NonZeroU32);

impl ZoneNumber {
    fn new(number: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(number))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Distances to the borders of zones from one place, as far as they were measured.
#[derive(Debug, Default)]
pub(crate) struct Distances {
    known: [Option<(ZoneNumber, f64)>; 16],
    count: usize,
}

impl Distances {
    /// Takes note of a distance; of more than there is room for none is kept.
    pub(crate) fn add(&mut self, zone: ZoneNumber, distance_m: f64) {
        if let Some(slot) = self.known.get_mut(self.count) {
            *slot = Some((zone, distance_m));
            self.count += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (ZoneNumber, f64)> + '_ {
        self.known[..self.count].iter().copied().flatten()
    }
}

/// What [`Zones::memory`] gives, read again.
pub(crate) type Memory = (Vec<(u32, Zone)>, u32);

/// The zones, indexed by a grid of cells so that a position asks only those near it.
#[derive(Debug, Default)]
pub(crate) struct Zones {
    /// By number; numbers of removed zones are used again.
    areas: Vec<Option<Area>>,
    /// By number: the generation that it was set in.
    set_in: Vec<u32>,
    numbers: HashMap<ZoneId, u32, RandomState>,
    cells: HashMap<(i32, i32), Cell, RandomState>,
    wide: Vec<Near>,
    /// Counts the changes.
    generation: u32,
}

/// The zones that reach into a cell or come near it, in the order in which they were set.
type Cell = Vec<Near>;

/// A zone near a cell.
#[derive(Debug, Clone, Copy)]
struct Near {
    zone: u32,
    /// Whether its box reaches into the cell.
    is_in: bool,
    /// South-west and north-east corner of the box around it.
    corners: (LatLon, LatLon),
}

impl Near {
    /// No point of the border is nearer than the root of this, in m²: the distance to the box, a little less than true.
    fn at_least_m2(&self, point: LatLon, m_per_deg_lon: f64) -> f64 {
        let (low, high) = self.corners;
        let east_m = (low.lon - point.lon).max(point.lon - high.lon).max(0.0) * m_per_deg_lon;
        let north_m = (low.lat - point.lat).max(point.lat - high.lat).max(0.0) * M_PER_DEG;
        east_m * east_m + north_m * north_m
    }

    /// Whether the box around it and another have a place in common.
    fn meets(&self, (south_west, north_east): (LatLon, LatLon)) -> bool {
        let (low, high) = self.corners;
        low.lat <= north_east.lat
            && high.lat >= south_west.lat
            && low.lon <= north_east.lon
            && high.lon >= south_west.lon
    }
}

impl Zones {
    /// Puts a zone in place of the one with the same id.
    pub(crate) fn set(&mut self, zone: Zone) {
        self.remove(&zone.id);
        let free = self.areas.iter().position(Option::is_none).unwrap_or(self.areas.len());
        // A zone takes far more than a byte.
        self.set_as(u32::try_from(free).unwrap_or(u32::MAX), zone);
    }

    /// Puts a zone under a number that is free.
    fn set_as(&mut self, number: u32, zone: Zone) {
        let id = zone.id.clone();
        let area = Area::new(zone);
        let near = |is_in| Near { zone: number, is_in, corners: area.corners };
        match cells(area.corners, MAX_CELLS) {
            Some(within) => {
                let within: HashSet<(i32, i32), RandomState> = within.collect();
                for cell in cells_of(wider(area.corners)) {
                    self.cells.entry(cell).or_default().push(near(within.contains(&cell)));
                }
            }
            None => self.wide.push(near(true)),
        }
        let slot = number as usize;
        if self.areas.len() <= slot {
            self.areas.resize_with(slot + 1, || None);
            self.set_in.resize(slot + 1, 0);
        }
        self.areas[slot] = Some(area);
        self.numbers.insert(id, number);
        self.generation = self.generation.wrapping_add(1);
        self.set_in[slot] = self.generation;
    }

    /// All zones, to be kept: with their numbers, in the order they were set in, which is that of every cell's list.
    pub(crate) fn memory(&self) -> impl Serialize + '_ {
        let mut known: Vec<(u32, &Zone)> = (0..)
            .zip(&self.areas)
            .filter_map(|(number, area)| Some((number, &area.as_ref()?.zone)))
            .collect();
        known.sort_by_key(|(number, _)| self.set_in[*number as usize]);
        (known, self.generation)
    }

    /// The zones that [`Zones::memory`] gave.
    pub(crate) fn recalled((known, generation): Memory) -> Self {
        let mut zones = Self::default();
        for (number, zone) in known.into_iter().filter(|(number, _)| *number < MOST_RECALLED) {
            zones.set_as(number, zone);
        }
        zones.generation = generation;
        zones
    }

    /// Takes a zone away; whether there was one.
    pub(crate) fn remove(&mut self, id: &ZoneId) -> bool {
        let Some(number) = self.numbers.remove(id) else { return false };
        let Some(area) = self.areas[number as usize].take() else { return false };
        match cells(area.corners, MAX_CELLS) {
            Some(_) => {
                for cell in cells_of(wider(area.corners)) {
                    if let Some(cell) = self.cells.get_mut(&cell) {
                        cell.retain(|near| near.zone != number);
                    }
                }
            }
            None => self.wide.retain(|near| near.zone != number),
        }
        self.generation = self.generation.wrapping_add(1);
        true
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.numbers.len()
    }

    pub(crate) fn get(&self, id: &ZoneId) -> Option<&Area> {
        self.areas[*self.numbers.get(id)? as usize].as_ref()
    }

    /// The number of a zone that is known.
    pub(crate) fn number(&self, id: &ZoneId) -> Option<ZoneNumber> {
        self.numbers.get(id).map(|number| ZoneNumber::new(*number))
    }

    /// The zone with this number, as of this generation.
    pub(crate) fn numbered(&self, number: ZoneNumber) -> Option<&Area> {
        self.areas.get(number.index())?.as_ref()
    }

    /// Changes whenever a zone does.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// How far one can go from `point` in any direction without meeting a border, in metres; at least this, and exactly
    /// that unless it is less than `enough_m`. `known` are distances from there that need not be measured again.
    pub(crate) fn clearance_m(&self, point: LatLon, known: &Distances, enough_m: f64) -> f64 {
        let m_per_deg_lon = M_PER_DEG * (point.lat.abs() + CELL_DEG).min(90.0).to_radians().cos();
        let nearest = known.iter().map(|(_, distance_m)| distance_m.abs());
        let mut clear_m = nearest.fold(beyond_cell_m(point, m_per_deg_lon), f64::min);
        let cell = self.cells.get(&(cell(point.lat), cell(point.lon))).map_or(&[][..], Vec::as_slice);
        let near = cell.iter().map(|near| (near.zone, near.at_least_m2(point, m_per_deg_lon)));
        for (zone, at_least_m2) in near.chain(self.wide.iter().map(|near| (near.zone, 0.0))) {
            if clear_m < enough_m {
                break;
            }
            let number = ZoneNumber::new(zone);
            if at_least_m2 < clear_m * clear_m
                && !known.iter().any(|(known, _)| known == number)
                && let Some(area) = self.numbered(number)
            {
                clear_m = clear_m.min(area.signed_distance_m(point).abs());
            }
        }
        clear_m
    }

    /// Hands out every zone that a straight way may meet, some perhaps more than once.
    pub(crate) fn on_the_way<'a>(
        &'a self,
        from: LatLon,
        to: LatLon,
        mut each: impl FnMut(ZoneNumber, &'a Area),
    ) {
        let south_west = LatLon::new(from.lat.min(to.lat), from.lon.min(to.lon));
        let north_east = LatLon::new(from.lat.max(to.lat), from.lon.max(to.lon));
        let mut hand_out = |(lat, lon): (i32, i32)| {
            let here = self.cells.get(&(lat, lon)).map_or(&[][..], Vec::as_slice);
            let is_met = |near: &&Near| near.is_in && near.meets((south_west, north_east));
            for near in here.iter().chain(&self.wide).filter(is_met) {
                let number = ZoneNumber::new(near.zone);
                if let Some(area) = self.numbered(number) {
                    each(number, area);
                }
            }
        };
        match cells((south_west, north_east), MAX_WAY_CELLS) {
            Some(cells) => cells.for_each(hand_out),
            None => hand_out((cell(to.lat), cell(to.lon))),
        }
    }
}

/// Metres to the nearest place that is farther than [`NEAR_DEG`] beside the cell that the point is in; a little less than
/// true.
fn beyond_cell_m(point: LatLon, m_per_deg_lon: f64) -> f64 {
    let to_side = |degrees: f64| {
        let within = degrees / CELL_DEG - (degrees / CELL_DEG).floor();
        within.min(1.0 - within) * CELL_DEG + NEAR_DEG
    };
    (to_side(point.lat) * M_PER_DEG).min(to_side(point.lon) * m_per_deg_lon)
}

/// A box with what is near it.
fn wider((south_west, north_east): (LatLon, LatLon)) -> (LatLon, LatLon) {
    (
        LatLon::new(south_west.lat - NEAR_DEG, south_west.lon - NEAR_DEG),
        LatLon::new(north_east.lat + NEAR_DEG, north_east.lon + NEAR_DEG),
    )
}

/// The cells that a box covers; `None` if they are more than `most`.
fn cells(corners: (LatLon, LatLon), most: usize) -> Option<impl Iterator<Item = (i32, i32)> + use<>> {
    let (south_west, north_east) = corners;
    let rows = cell(north_east.lat) - cell(south_west.lat) + 1;
    let columns = cell(north_east.lon) - cell(south_west.lon) + 1;
    let count = i64::from(rows) * i64::from(columns);
    usize::try_from(count).is_ok_and(|count| count <= most).then(|| cells_of(corners))
}

/// The cells that a box covers, however many they are.
fn cells_of((south_west, north_east): (LatLon, LatLon)) -> impl Iterator<Item = (i32, i32)> + use<> {
    let (south, north) = (cell(south_west.lat), cell(north_east.lat));
    let (west, east) = (cell(south_west.lon), cell(north_east.lon));
    (south..=north).flat_map(move |lat| (west..=east).map(move |lon| (lat, lon)))
}

#[allow(clippy::cast_possible_truncation)] // degrees are at most a few hundred
fn cell(degrees: f64) -> i32 {
    (degrees / CELL_DEG).floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(id: &str, lat: f64, lon: f64, radius_m: f64) -> Zone {
        let text = format!(
            r#"{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{lon},{lat}]}},
                "properties":{{"id":"{id}","radius_m":{radius_m}}}}}"#
        );
        Zone::from_geojson(text.as_bytes()).expect("a zone")
    }

    fn met(zones: &Zones, from: (f64, f64), to: (f64, f64)) -> Vec<String> {
        let point = |(lat, lon)| LatLon::new(lat, lon);
        let mut met = std::collections::BTreeSet::new();
        zones.on_the_way(point(from), point(to), |_, area| {
            met.insert(area.zone.id.to_string());
        });
        met.into_iter().collect()
    }

    #[test]
    fn a_way_meets_the_zones_beside_it_and_the_wide_ones() {
        let mut zones = Zones::default();
        zones.set(circle("small", 60.175, 24.945, 200.0));
        zones.set(circle("far", 61.17, 24.94, 200.0));
        zones.set(circle("wide", 60.5, 25.5, 90_000.0));
        assert_eq!(met(&zones, (60.174, 24.92), (60.176, 24.96)), ["small", "wide"]);
        let generation = zones.generation();
        zones.set(circle("small", 60.30, 24.94, 200.0));
        assert_ne!(zones.generation(), generation);
        assert_eq!(met(&zones, (60.174, 24.92), (60.176, 24.96)), ["wide"]);
        let wide = ZoneId::new("wide").expect("an id");
        assert!(zones.remove(&wide) && !zones.remove(&wide));
        assert_eq!(met(&zones, (60.174, 24.92), (60.176, 24.96)), Vec::<String>::new());
    }

    #[test]
    fn within_the_clearance_there_is_no_border() {
        let mut zones = Zones::default();
        zones.set(circle("a", 60.175, 24.945, 200.0));
        zones.set(circle("wide", 60.5, 25.5, 90_000.0));
        for lat in [60.161, 60.1702, 60.1749, 60.1765, 60.178, 60.1799] {
            for lon in [24.9301, 24.941, 24.945, 24.949] {
                let point = LatLon::new(lat, lon);
                let clear_m = zones.clearance_m(point, &Distances::default(), 0.0);
                assert!(clear_m >= 0.0);
                for degrees in 0..36 {
                    let (sin, cos) = (f64::from(degrees) * 10.0).to_radians().sin_cos();
                    let there =
                        model::LocalPlane::at(point).to_lat_lon(sin * clear_m * 0.999, cos * clear_m * 0.999);
                    for area in zones.areas.iter().flatten() {
                        let sides =
                            (area.signed_distance_m(point) <= 0.0, area.signed_distance_m(there) <= 0.0);
                        assert_eq!(sides.0, sides.1, "{lat} {lon} {clear_m} {degrees}");
                    }
                }
            }
        }
    }
}
