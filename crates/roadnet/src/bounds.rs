//! A box on the map.

use model::LatLon;

/// A box in degrees that holds all of something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Western edge, degrees of longitude.
    pub west: f64,
    /// Southern edge, degrees of latitude.
    pub south: f64,
    /// Eastern edge, degrees of longitude.
    pub east: f64,
    /// Northern edge, degrees of latitude.
    pub north: f64,
}

impl Bounds {
    /// The smallest box around some points; `None` without any.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = LatLon>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = points.next()?;
        let start = Self { west: first.lon, south: first.lat, east: first.lon, north: first.lat };
        Some(points.fold(start, |bounds, point| Self {
            west: bounds.west.min(point.lon),
            south: bounds.south.min(point.lat),
            east: bounds.east.max(point.lon),
            north: bounds.north.max(point.lat),
        }))
    }

    /// The middle of the box.
    #[must_use]
    pub fn center(&self) -> LatLon {
        LatLon::new((self.south + self.north) / 2.0, (self.west + self.east) / 2.0)
    }

    /// Whether a point lies in the box or on its edge.
    #[must_use]
    pub fn contains(&self, point: LatLon) -> bool {
        (self.south..=self.north).contains(&point.lat) && (self.west..=self.east).contains(&point.lon)
    }

    /// `[west, south, east, north]`, as GeoJSON and map libraries write a box.
    #[must_use]
    pub fn to_array(&self) -> [f64; 4] {
        [self.west, self.south, self.east, self.north]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_holds_all_its_points() {
        let points = [LatLon::new(60.1, 24.9), LatLon::new(60.3, 25.1), LatLon::new(60.2, 24.8)];
        let bounds = Bounds::around(points).unwrap();
        assert_eq!(bounds.to_array(), [24.8, 60.1, 25.1, 60.3]);
        assert!(points.into_iter().all(|point| bounds.contains(point)));
        assert!(!bounds.contains(LatLon::new(60.4, 25.0)));
        assert!((bounds.center().lat - 60.2).abs() < 1e-9);
        assert_eq!(Bounds::around([]), None);
    }
}
