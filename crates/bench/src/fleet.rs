//! The vehicles: each drives along the streets, turns where it likes, waits at crossings, and reports once a second.

use crate::chance::Chance;
use crate::city::City;
use model::{LatLon, PositionReport, Timestamp, VehicleId, VehicleKind};
use roadnet::LinkIdx;

/// When the first report is, epoch ms.
const BEGIN_MS: i64 = 1_760_000_000_000;
/// Between two reports of one vehicle, in ms.
const EVERY_MS: usize = 1_000;
/// Error of a reported position, one sigma on each axis, in metres.
const SIGMA_M: f64 = 3.0;
/// Right of the middle of the street, in metres.
const LANE_M: f64 = 1.75;
/// One in so many crossings is red.
const RED: usize = 4;
/// Longest wait at a crossing, in seconds.
const LONGEST_WAIT_S: f64 = 20.0;

/// All vehicles, and who reports next.
#[derive(Debug)]
pub struct Fleet {
    vehicles: Vec<Vehicle>,
    chance: Chance,
    streets: Vec<Street>,
    /// Reports made so far.
    made: usize,
}

#[derive(Debug)]
struct Vehicle {
    street: u32,
    offset_m: f32,
    speed_mps: f32,
    wait_s: f32,
}

/// A link as vehicles see it.
#[derive(Debug)]
struct Street {
    start: LatLon,
    end: LatLon,
    length_m: f64,
    heading_deg: f64,
    /// Degrees of latitude and longitude to the right-hand lane.
    lane: (f64, f64),
    onward: Vec<u32>,
}

impl Fleet {
    /// So many vehicles, spread over the city.
    #[must_use]
    pub fn new(city: &City, vehicles: usize) -> Self {
        let mut chance = Chance::new(1);
        let streets = streets(city);
        let place = |chance: &mut Chance| {
            let street = chance.below(streets.len());
            #[allow(clippy::cast_possible_truncation)]
            Vehicle {
                street: street as u32,
                offset_m: chance.between(0.0, streets[street].length_m) as f32,
                speed_mps: chance.between(8.0, 14.0) as f32,
                wait_s: 0.0,
            }
        };
        let vehicles = (0..vehicles).map(|_| place(&mut chance)).collect();
        Self { vehicles, chance, streets, made: 0 }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.vehicles.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.vehicles.is_empty()
    }

    /// The next report: each vehicle's turn comes once a second, evenly spread over it.
    ///
    /// # Panics
    /// Never, unless the fleet is empty.
    pub fn report(&mut self) -> PositionReport {
        let (round, turn) = (self.made / self.vehicles.len(), self.made % self.vehicles.len());
        self.made += 1;
        // Numbers far apart follow each other, as senders do: 7,919 is a prime that divides no size in use.
        let number = (turn * 7_919) % self.vehicles.len();
        let vehicle = &mut self.vehicles[number];
        if round > 0 {
            vehicle.drive(1.0, &self.streets, &mut self.chance);
        }
        let street = &self.streets[vehicle.street as usize];
        let is_waiting = vehicle.wait_s > 0.0;
        let on_line = street.start.lerp(street.end, f64::from(vehicle.offset_m) / street.length_m);
        let (north, east) = (self.chance.error(SIGMA_M), self.chance.error(SIGMA_M));
        let (m_per_deg_lat, m_per_deg_lon) = (111_195.0, 55_300.0);
        let position = LatLon::new(
            on_line.lat + street.lane.0 + north / m_per_deg_lat,
            on_line.lon + street.lane.1 + east / m_per_deg_lon,
        );
        let speed_mps = if is_waiting { 0.0 } else { f64::from(vehicle.speed_mps) };
        let ms = round * EVERY_MS + turn * EVERY_MS / self.vehicles.len();
        PositionReport {
            vehicle: name(number),
            ts: Timestamp::from_ms_clamped(BEGIN_MS + i64::try_from(ms).unwrap_or(i64::MAX)),
            position,
            speed_mps: Some((speed_mps + self.chance.error(0.3)).max(0.0)),
            heading_deg: Some((street.heading_deg + self.chance.error(2.0)).rem_euclid(360.0).min(359.9)),
            acceleration_mps2: Some(self.chance.error(0.3)),
            accuracy_m: Some(4.0),
            kind: Some(VehicleKind::Car),
        }
    }
}

impl Vehicle {
    /// Drives for `dt_s` seconds.
    #[allow(clippy::cast_possible_truncation)]
    fn drive(&mut self, dt_s: f32, streets: &[Street], chance: &mut Chance) {
        if self.wait_s > 0.0 {
            self.wait_s -= dt_s;
            return;
        }
        self.offset_m += self.speed_mps * dt_s;
        let street = &streets[self.street as usize];
        let length_m = street.length_m as f32;
        if self.offset_m >= length_m {
            self.offset_m -= length_m;
            self.street = street.onward[chance.below(street.onward.len())];
            self.speed_mps = chance.between(8.0, 14.0) as f32;
        } else if length_m - self.offset_m < self.speed_mps && chance.below(RED) == 0 {
            self.wait_s = chance.between(1.0, LONGEST_WAIT_S) as f32;
        }
    }
}

fn streets(city: &City) -> Vec<Street> {
    let network = &city.network;
    let street = |(_, link): (LinkIdx, &roadnet::Link)| {
        let heading_deg = link.line.heading_at(0.0);
        let (sin, cos) = (heading_deg + 90.0).to_radians().sin_cos();
        let (x_m, y_m) = city.plane.to_xy_m(link.line.start());
        let beside = city.plane.to_lat_lon(x_m + LANE_M * sin, y_m + LANE_M * cos);
        let onward: Vec<u32> = network
            .outgoing(link.to)
            .iter()
            .filter(|next| link.opposite != Some(**next))
            .map(|next| next.0)
            .collect();
        Street {
            start: link.line.start(),
            end: link.line.end(),
            length_m: link.line.length_m(),
            heading_deg,
            lane: (beside.lat - link.line.start().lat, beside.lon - link.line.start().lon),
            onward,
        }
    };
    network.links().map(street).collect()
}

/// The name of a vehicle, as long as those of real fleets.
fn name(number: usize) -> VehicleId {
    let text = format!("fleet-7:{number:07}");
    VehicleId::new(&text).unwrap_or_else(|_| unreachable!("letters, digits, a colon and a dash"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vehicles_drive_on_the_streets_and_report_once_a_second() {
        let city = City::new();
        let mut fleet = Fleet::new(&city, 100);
        let reports: Vec<PositionReport> = (0..6_000).map(|_| fleet.report()).collect();
        let mine: Vec<&PositionReport> =
            reports.iter().filter(|report| report.vehicle == reports[0].vehicle).collect();
        assert_eq!(mine.len(), 60);
        for pair in mine.windows(2) {
            assert_eq!(pair[1].ts.since_ms(pair[0].ts), 1_000);
            assert!(pair[0].position.distance_m(pair[1].position) < 40.0);
        }
        let off_road = |report: &&PositionReport| city.network.near(report.position, 20.0).is_empty();
        assert_eq!(reports.iter().filter(off_road).count(), 0);
        let again: Vec<PositionReport> = {
            let mut fleet = Fleet::new(&city, 100);
            (0..6_000).map(|_| fleet.report()).collect()
        };
        assert_eq!(reports, again);
    }
}
