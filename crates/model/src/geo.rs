//! Positions on the Earth and distances between them, exact enough for a city.

use serde::{Deserialize, Serialize};

/// Mean radius of the Earth in metres (IUGG R1).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A position in degrees, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatLon {
    /// Latitude in degrees, −90…90.
    pub lat: f64,
    /// Longitude in degrees, −180…180.
    pub lon: f64,
}

impl LatLon {
    /// A position from degrees; the caller vouches for the range (see [`LatLon::checked`]).
    #[must_use]
    pub const fn new(lat: f64, lon: f64) -> Self {
        Self { lat, lon }
    }

    /// A position from degrees, or `None` outside −90…90 and −180…180 or where a number is not finite.
    #[must_use]
    pub fn checked(lat: f64, lon: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some(Self { lat, lon })
    }

    /// Great-circle distance in metres (haversine).
    #[must_use]
    pub fn distance_m(self, other: Self) -> f64 {
        let (lat_a, lat_b) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = (lat_b - lat_a) / 2.0;
        let half_lon = (other.lon - self.lon).to_radians() / 2.0;
        let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }

    /// Initial bearing towards `other` in degrees clockwise from north, 0 ≤ b < 360.
    #[must_use]
    pub fn bearing_deg(self, other: Self) -> f64 {
        let (lat_a, lat_b) = (self.lat.to_radians(), other.lat.to_radians());
        let d_lon = (other.lon - self.lon).to_radians();
        let y = d_lon.sin() * lat_b.cos();
        let x = lat_a.cos() * lat_b.sin() - lat_a.sin() * lat_b.cos() * d_lon.cos();
        normal_deg(y.atan2(x).to_degrees())
    }

    /// The point on the straight line to `other` at `fraction` (0 = here, 1 = there).
    #[must_use]
    pub fn lerp(self, other: Self, fraction: f64) -> Self {
        Self {
            lat: self.lat + (other.lat - self.lat) * fraction,
            lon: self.lon + (other.lon - self.lon) * fraction,
        }
    }
}

/// An angle brought into 0 ≤ a < 360 degrees.
#[must_use]
pub fn normal_deg(angle_deg: f64) -> f64 {
    let normal = angle_deg.rem_euclid(360.0);
    if normal >= 360.0 { 0.0 } else { normal }
}

/// The smaller angle between two headings in degrees, 0…180.
#[must_use]
pub fn heading_difference_deg(a_deg: f64, b_deg: f64) -> f64 {
    let difference = normal_deg(a_deg - b_deg);
    difference.min(360.0 - difference)
}

/// The direction of a heading as a unit vector: east, north.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // of a sine
pub fn unit_vector(heading_deg: f64) -> [f32; 2] {
    let (east, north) = heading_deg.to_radians().sin_cos();
    [east as f32, north as f32]
}

/// Metres a degree at one latitude: for many short ways near each other, whose cosine is then taken once.
/// Off by less than 0.1 % within 3 km north or south of it, below 65° of latitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    m_per_deg_lon: f64,
}

/// Metres per degree of latitude.
const M_PER_DEG_LAT: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;
/// Farther apart than this on either axis a way is not short, in degrees.
const SHORT_DEG: f64 = 0.02;

impl Scale {
    /// The scale at a place.
    #[must_use]
    pub fn at(place: LatLon) -> Self {
        Self { m_per_deg_lon: M_PER_DEG_LAT * place.lat.to_radians().cos().max(1e-6) }
    }

    /// Metres east and north from one place to another.
    #[must_use]
    pub fn way_m(self, from: LatLon, to: LatLon) -> (f64, f64) {
        ((to.lon - from.lon) * self.m_per_deg_lon, (to.lat - from.lat) * M_PER_DEG_LAT)
    }

    /// The place so many metres east and north of another.
    #[must_use]
    pub fn moved(self, from: LatLon, east_m: f64, north_m: f64) -> LatLon {
        LatLon::new(from.lat + north_m / M_PER_DEG_LAT, from.lon + east_m / self.m_per_deg_lon)
    }

    /// The distance of two places in metres; as [`LatLon::distance_m`] where they are far apart.
    #[must_use]
    pub fn distance_m(self, from: LatLon, to: LatLon) -> f64 {
        if (to.lat - from.lat).abs() > SHORT_DEG || (to.lon - from.lon).abs() > SHORT_DEG {
            return from.distance_m(to);
        }
        let (east_m, north_m) = self.way_m(from, to);
        (east_m * east_m + north_m * north_m).sqrt()
    }
}

/// A flat map around one point: metres east and north of it (equirectangular).
/// Off by less than 0.1 % within 50 km of the origin, below 75° of latitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalPlane {
    origin: LatLon,
    m_per_deg_lat: f64,
    m_per_deg_lon: f64,
}

impl LocalPlane {
    /// A plane that touches the Earth at `origin`.
    #[must_use]
    pub fn at(origin: LatLon) -> Self {
        let m_per_deg_lat = EARTH_RADIUS_M.to_radians();
        Self { origin, m_per_deg_lat, m_per_deg_lon: m_per_deg_lat * origin.lat.to_radians().cos() }
    }

    /// The point that maps to (0, 0).
    #[must_use]
    pub fn origin(&self) -> LatLon {
        self.origin
    }

    /// Metres east and north of the origin.
    #[must_use]
    pub fn to_xy_m(&self, point: LatLon) -> (f64, f64) {
        (
            (point.lon - self.origin.lon) * self.m_per_deg_lon,
            (point.lat - self.origin.lat) * self.m_per_deg_lat,
        )
    }

    /// The position `x_m` metres east and `y_m` metres north of the origin.
    #[must_use]
    pub fn to_lat_lon(&self, x_m: f64, y_m: f64) -> LatLon {
        LatLon {
            lat: self.origin.lat + y_m / self.m_per_deg_lat,
            lon: self.origin.lon + x_m / self.m_per_deg_lon,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELSINKI: LatLon = LatLon::new(60.17, 24.94);

    #[test]
    fn one_degree_of_latitude_is_about_111_km() {
        let d = HELSINKI.distance_m(LatLon::new(61.17, 24.94));
        assert!((d - 111_195.0).abs() < 10.0, "{d}");
    }

    #[test]
    fn bearings_point_north_east_south_west() {
        let at = |lat, lon| HELSINKI.bearing_deg(LatLon::new(lat, lon));
        assert!(at(60.18, 24.94).abs() < 1e-9);
        assert!((at(60.17, 24.95) - 90.0).abs() < 0.01);
        assert!((at(60.16, 24.94) - 180.0).abs() < 1e-9);
        assert!((at(60.17, 24.93) - 270.0).abs() < 0.01);
    }

    #[test]
    fn headings_differ_the_short_way_round() {
        assert_eq!(heading_difference_deg(350.0, 10.0), 20.0);
        assert_eq!(heading_difference_deg(90.0, 270.0), 180.0);
        assert_eq!(normal_deg(-1e-20), 0.0);
    }

    #[test]
    fn the_local_plane_agrees_with_the_great_circle() {
        let plane = LocalPlane::at(HELSINKI);
        let point = LatLon::new(60.18, 24.97);
        let (x, y) = plane.to_xy_m(point);
        assert!((x.hypot(y) / HELSINKI.distance_m(point) - 1.0).abs() < 1e-3);
        let back = plane.to_lat_lon(x, y);
        assert!((back.lat - point.lat).abs() < 1e-12 && (back.lon - point.lon).abs() < 1e-12);
    }

    #[test]
    fn positions_off_the_globe_are_refused() {
        assert!(LatLon::checked(90.0, 180.0).is_some());
        assert!(LatLon::checked(90.1, 0.0).is_none());
        assert!(LatLon::checked(0.0, f64::NAN).is_none());
    }
}
