//! Transverse Mercator on the WGS 84 ellipsoid, by Krüger's series: UTM and its relatives, to well under a millimetre
//! within a zone.

use model::LatLon;

/// Semi-major axis of WGS 84 in metres.
const A_M: f64 = 6_378_137.0;
/// Flattening of WGS 84.
const F: f64 = 1.0 / 298.257_223_563;
/// Third flattening.
const N: f64 = F / (2.0 - F);

const ALPHA: [f64; 4] = [
    N / 2.0 - 2.0 / 3.0 * N * N + 5.0 / 16.0 * N * N * N + 41.0 / 180.0 * N * N * N * N,
    13.0 / 48.0 * N * N - 3.0 / 5.0 * N * N * N + 557.0 / 1_440.0 * N * N * N * N,
    61.0 / 240.0 * N * N * N - 103.0 / 140.0 * N * N * N * N,
    49_561.0 / 161_280.0 * N * N * N * N,
];
const BETA: [f64; 4] = [
    N / 2.0 - 2.0 / 3.0 * N * N + 37.0 / 96.0 * N * N * N - 1.0 / 360.0 * N * N * N * N,
    1.0 / 48.0 * N * N + 1.0 / 15.0 * N * N * N - 437.0 / 1_440.0 * N * N * N * N,
    17.0 / 480.0 * N * N * N - 37.0 / 840.0 * N * N * N * N,
    4_397.0 / 161_280.0 * N * N * N * N,
];
const DELTA: [f64; 4] = [
    2.0 * N - 2.0 / 3.0 * N * N - 2.0 * N * N * N + 116.0 / 45.0 * N * N * N * N,
    7.0 / 3.0 * N * N - 8.0 / 5.0 * N * N * N - 227.0 / 45.0 * N * N * N * N,
    56.0 / 15.0 * N * N * N - 136.0 / 35.0 * N * N * N * N,
    4_279.0 / 630.0 * N * N * N * N,
];

/// A transverse Mercator projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TransverseMercator {
    central_lon_deg: f64,
    scale: f64,
    false_easting_m: f64,
    /// The false northing, less the northing of the latitude of origin.
    northing_m: f64,
}

impl TransverseMercator {
    /// A projection by its parameters, as PROJ names them: `lat_0`, `lon_0` in degrees, `k`, `x_0`, `y_0` in metres.
    pub fn new(lat_0: f64, lon_0: f64, k: f64, x_0: f64, y_0: f64) -> Self {
        let origin = Self { central_lon_deg: lon_0, scale: k, false_easting_m: x_0, northing_m: 0.0 };
        let (_, origin_m) = origin.to_xy_m(LatLon::new(lat_0, lon_0));
        Self { northing_m: y_0 - origin_m, ..origin }
    }

    /// A UTM zone, 1 to 60.
    pub fn utm(zone: u8, south: bool) -> Self {
        let false_northing_m = if south { 10_000_000.0 } else { 0.0 };
        Self::new(0.0, f64::from(zone) * 6.0 - 183.0, 0.9996, 500_000.0, false_northing_m)
    }

    /// Easting and northing in metres.
    pub fn to_xy_m(self, point: LatLon) -> (f64, f64) {
        let e = 2.0 * N.sqrt() / (1.0 + N);
        let (sin_lat, d_lon) =
            (point.lat.to_radians().sin(), (point.lon - self.central_lon_deg).to_radians());
        let t = (sin_lat.atanh() - e * (e * sin_lat).atanh()).sinh();
        let xi = t.atan2(d_lon.cos());
        let eta = (d_lon.sin() / t.hypot(1.0)).atanh();
        let (mut x, mut y) = (eta, xi);
        for (order, alpha) in multiples(&ALPHA) {
            x += alpha * (order * xi).cos() * (order * eta).sinh();
            y += alpha * (order * xi).sin() * (order * eta).cosh();
        }
        (self.false_easting_m + self.metres() * x, self.northing_m + self.metres() * y)
    }

    /// The place of an easting and a northing in metres.
    pub fn to_lat_lon(self, x_m: f64, y_m: f64) -> LatLon {
        let (x, y) = ((x_m - self.false_easting_m) / self.metres(), (y_m - self.northing_m) / self.metres());
        let (mut eta, mut xi) = (x, y);
        for (order, beta) in multiples(&BETA) {
            eta -= beta * (order * y).cos() * (order * x).sinh();
            xi -= beta * (order * y).sin() * (order * x).cosh();
        }
        let conformal = (xi.sin() / eta.cosh()).asin();
        let lat =
            multiples(&DELTA).fold(conformal, |lat, (order, delta)| lat + delta * (order * conformal).sin());
        let lon = eta.sinh().atan2(xi.cos()).to_degrees() + self.central_lon_deg;
        LatLon::new(lat.to_degrees(), lon)
    }

    /// Metres per unit of the series: the scaled radius of a circle as long as the meridian.
    fn metres(self) -> f64 {
        self.scale * A_M / (1.0 + N) * (1.0 + N * N / 4.0 + N * N * N * N / 64.0)
    }
}

/// The coefficients with twice their order.
fn multiples(coefficients: &[f64; 4]) -> impl Iterator<Item = (f64, f64)> + '_ {
    [2.0, 4.0, 6.0, 8.0].into_iter().zip(coefficients.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_central_meridian_keeps_its_easting() {
        let (x_m, y_m) = TransverseMercator::utm(33, false).to_xy_m(LatLon::new(0.0, 15.0));
        assert!((x_m - 500_000.0).abs() < 1e-6 && y_m.abs() < 1e-6, "{x_m} {y_m}");
    }

    #[test]
    fn a_place_has_the_coordinates_that_sumo_gives_it() {
        let (x_m, y_m) =
            TransverseMercator::utm(33, false).to_xy_m(LatLon::new(52.319_715_333, 13.581_633_804));
        assert!((x_m - 403_326.076_4).abs() < 1e-3, "{x_m}");
        assert!((y_m - 5_797_545.937_8).abs() < 1e-3, "{y_m}");
    }

    #[test]
    fn a_latitude_of_origin_is_taken_off() {
        let projection = TransverseMercator::new(52.0, 13.0, 1.0, 0.0, 0.0);
        let (x_m, y_m) = projection.to_xy_m(LatLon::new(52.0, 13.0));
        assert!(x_m.abs() < 1e-6 && y_m.abs() < 1e-6, "{x_m} {y_m}");
    }

    proptest! {
        #[test]
        fn places_survive_the_way_there_and_back(lat in -80.0..84.0f64, off in -3.5..3.5f64, zone in 1u8..=60) {
            let lon = f64::from(zone) * 6.0 - 183.0 + off;
            let projection = TransverseMercator::utm(zone, lat < 0.0);
            let (x_m, y_m) = projection.to_xy_m(LatLon::new(lat, lon));
            let back = projection.to_lat_lon(x_m, y_m);
            prop_assert!((back.lat - lat).abs() < 1e-9 && (back.lon - lon).abs() < 1e-9, "{back:?}");
        }
    }
}
