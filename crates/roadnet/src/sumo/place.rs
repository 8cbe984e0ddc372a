//! Where on the Earth a SUMO network lies: `<location netOffset projParameter>`.

use model::{LatLon, LocalPlane};

use super::parse;
use super::transverse_mercator::TransverseMercator;
use crate::ReadError;

/// Metres per degree of longitude at the equator and of latitude, as SUMO's simple projection takes them.
const SIMPLE_M_PER_DEG: (f64, f64) = (111_320.0, 111_136.0);

/// Turns the x and y of a SUMO network into places on the Earth, and back.
///
/// Known are UTM and transverse Mercator on WGS 84 (or GRS 80, which is the same to a tenth of a millimetre), SUMO's simple
/// projection `-`, and `!`, which says that the network lies nowhere: its x and y are then metres east and north of latitude 0,
/// longitude 0, off the coast of Africa, where a degree is equally long both ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoReference {
    projection: Projection,
    offset_m: (f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Projection {
    Nowhere,
    Simple,
    TransverseMercator(TransverseMercator),
}

impl GeoReference {
    /// A network that lies nowhere on the Earth.
    pub(super) const NOWHERE: Self = Self { projection: Projection::Nowhere, offset_m: (0.0, 0.0) };

    /// Reads `projParameter` and `netOffset`.
    pub(super) fn new(parameter: &str, offset_m: (f64, f64)) -> Result<Self, ReadError> {
        let refused = |problem: &str| ReadError::Projection {
            parameter: parameter.to_owned(),
            problem: problem.to_owned(),
        };
        let projection = match parameter.trim() {
            // Without a place on the Earth the offset says where the drawing lay before, which is of no use.
            "!" | "" => return Ok(Self::NOWHERE),
            "-" => Projection::Simple,
            text => Projection::TransverseMercator(transverse_mercator(text).map_err(refused)?),
        };
        Ok(Self { projection, offset_m })
    }

    /// The place of x and y in the network's own metres.
    #[must_use]
    pub fn to_lat_lon(&self, x_m: f64, y_m: f64) -> LatLon {
        let (x_m, y_m) = (x_m - self.offset_m.0, y_m - self.offset_m.1);
        match self.projection {
            Projection::Nowhere => LocalPlane::at(LatLon::new(0.0, 0.0)).to_lat_lon(x_m, y_m),
            Projection::Simple => {
                let lat = y_m / SIMPLE_M_PER_DEG.1;
                LatLon::new(lat, x_m / SIMPLE_M_PER_DEG.0 / lat.to_radians().cos())
            }
            Projection::TransverseMercator(projection) => projection.to_lat_lon(x_m, y_m),
        }
    }

    /// The x and y of a place in the network's own metres.
    #[must_use]
    pub fn to_xy_m(&self, place: LatLon) -> (f64, f64) {
        let (x_m, y_m) = match self.projection {
            Projection::Nowhere => LocalPlane::at(LatLon::new(0.0, 0.0)).to_xy_m(place),
            Projection::Simple => (
                place.lon * SIMPLE_M_PER_DEG.0 * place.lat.to_radians().cos(),
                place.lat * SIMPLE_M_PER_DEG.1,
            ),
            Projection::TransverseMercator(projection) => projection.to_xy_m(place),
        };
        (x_m + self.offset_m.0, y_m + self.offset_m.1)
    }

    /// Whether the network says where on the Earth it lies.
    #[must_use]
    pub fn is_placed(&self) -> bool {
        self.projection != Projection::Nowhere
    }
}

/// Reads only where the network lies, from the bytes of its file.
///
/// # Errors
/// The bytes are no XML of a SUMO network, or its projection is not known.
pub fn read_geo_reference(bytes: &[u8]) -> Result<GeoReference, ReadError> {
    Ok(parse::parse(bytes)?.place)
}

/// Reads a PROJ string; says what in it is not known.
fn transverse_mercator(text: &str) -> Result<TransverseMercator, &'static str> {
    let value = |key: &str| {
        text.split_whitespace()
            .filter_map(|word| word.strip_prefix('+'))
            .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    };
    let number =
        |key: &str| value(key).map(|text| text.parse().map_err(|_| "a number is not one")).transpose();
    let is_flag = |flag: &str| text.split_whitespace().any(|word| word == flag);
    if ["ellps", "datum"].into_iter().filter_map(value).any(|name| !matches!(name, "WGS84" | "GRS80")) {
        return Err("only the ellipsoids WGS84 and GRS80 are known");
    }
    if value("units").is_some_and(|units| units != "m") {
        return Err("only metres are known as units");
    }
    match value("proj") {
        Some("utm") => {
            let zone =
                value("zone").and_then(|zone| zone.parse().ok()).filter(|zone| (1..=60).contains(zone));
            Ok(TransverseMercator::utm(zone.ok_or("the zone must be 1 to 60")?, is_flag("+south")))
        }
        Some("tmerc" | "etmerc") => {
            let scale = number("k")?.or(number("k_0")?).unwrap_or(1.0);
            let or_zero = |key: &str| number(key).map(Option::unwrap_or_default);
            Ok(TransverseMercator::new(
                or_zero("lat_0")?,
                or_zero("lon_0")?,
                scale,
                or_zero("x_0")?,
                or_zero("y_0")?,
            ))
        }
        _ => Err("only utm and tmerc are known"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTM_33: &str = "+proj=utm +zone=33 +ellps=WGS84 +datum=WGS84 +units=m +no_defs";

    #[test]
    fn a_georeferenced_point_survives_the_way_there_and_back() {
        let place = GeoReference::new(UTM_33, (-402_990.32, -5_794_389.48)).unwrap();
        let point = place.to_lat_lon(1_675.10, 2_397.43);
        let (x_m, y_m) = place.to_xy_m(point);
        assert!((x_m - 1_675.10).abs() < 1e-4 && (y_m - 2_397.43).abs() < 1e-4, "{x_m} {y_m}");
        assert!(place.is_placed());
    }

    #[test]
    fn a_network_from_nowhere_lies_about_the_origin_of_all_degrees() {
        let place = GeoReference::new("!", (5.0, 6.0)).unwrap();
        let point = place.to_lat_lon(1_000.0, -500.0);
        assert!((LatLon::new(0.0, 0.0).distance_m(point) - 1_118.03).abs() < 0.1, "{point:?}");
        assert!(!place.is_placed());
        let (x_m, y_m) = place.to_xy_m(point);
        assert!((x_m - 1_000.0).abs() < 1e-6 && (y_m + 500.0).abs() < 1e-6);
    }

    #[test]
    fn a_utm_zone_written_as_transverse_mercator_is_the_same() {
        let text = "+proj=tmerc +lat_0=0 +lon_0=15 +k=0.9996 +x_0=500000 +y_0=0 +datum=WGS84 +units=m";
        let (utm, tmerc) = (GeoReference::new(UTM_33, (0.0, 0.0)), GeoReference::new(text, (0.0, 0.0)));
        assert!(
            utm.unwrap().to_lat_lon(400_000.0, 5.8e6).distance_m(tmerc.unwrap().to_lat_lon(400_000.0, 5.8e6))
                < 1e-4
        );
    }

    #[test]
    fn an_unknown_projection_is_refused_by_name() {
        for (text, problem) in [
            ("+proj=lcc +lat_1=49", "only utm and tmerc"),
            ("+proj=utm +zone=77", "1 to 60"),
            ("+proj=tmerc +lat_0=0 +lon_0=9 +ellps=bessel", "ellipsoids"),
            ("+proj=utm +zone=33 +units=us-ft", "metres"),
            ("+proj=tmerc +lon_0=nine", "number"),
        ] {
            let error = GeoReference::new(text, (0.0, 0.0)).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains(problem), "{error}");
        }
    }
}
