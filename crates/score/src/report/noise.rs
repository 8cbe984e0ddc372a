//! A satellite receiver that is not quite right, and stays wrong for a while in the same direction.

use model::{LatLon, LocalPlane, geo::normal_deg};

use crate::chance::Chance;
use crate::trace::Sample;

/// One sigma of the horizontal error of the best and of the worst receiver, in metres; the mean over all is 5 m.
const SIGMA_M: (f64, f64) = (3.0, 8.0);
/// Errors this far apart in time have little to do with each other, in seconds.
const MEMORY_S: f64 = 20.0;
/// One sigma of the reported speed, in m/s.
const SPEED_SIGMA_MPS: f64 = 0.3;
/// Below this speed a receiver says that it stands, in m/s.
const STANDS_MPS: f64 = 0.3;
/// One sigma of the reported acceleration, in m/s².
const ACCELERATION_SIGMA_MPS2: f64 = 0.3;
/// One sigma of the course at speed, in degrees, and what it grows by as the vehicle slows down, in degrees times m/s.
const COURSE_SIGMA_DEG: f64 = 1.5;
const COURSE_SLOW_DEG_MPS: f64 = 6.0;
const COURSE_WORST_DEG: f64 = 60.0;

/// One vehicle's receiver.
#[derive(Debug)]
pub(super) struct Receiver {
    /// One sigma of one axis.
    axis_m: f64,
    east_m: f64,
    north_m: f64,
    at_ms: Option<i64>,
}

/// What it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fix {
    pub position: LatLon,
    pub speed_mps: f64,
    pub heading_deg: f64,
    pub acceleration_mps2: f64,
}

impl Receiver {
    pub fn new(chance: &mut Chance) -> Self {
        // More good receivers than bad ones: the mean of u^1.5 is 0.4.
        let sigma_m = SIGMA_M.0 + (SIGMA_M.1 - SIGMA_M.0) * chance.unit().powf(1.5);
        let axis_m = sigma_m / std::f64::consts::SQRT_2;
        Self { axis_m, east_m: axis_m * chance.normal(), north_m: axis_m * chance.normal(), at_ms: None }
    }

    /// One sigma of the horizontal error in metres, both axes together.
    pub fn sigma_m(&self) -> f64 {
        self.axis_m * std::f64::consts::SQRT_2
    }

    #[allow(clippy::cast_precision_loss)]
    pub fn fix(&mut self, sample: &Sample, chance: &mut Chance) -> Fix {
        let elapsed_s = self.at_ms.map_or(0.0, |at_ms| (sample.at_ms - at_ms) as f64 / 1_000.0);
        let keeps = (-elapsed_s / MEMORY_S).exp();
        let news_m = self.axis_m * (1.0 - keeps * keeps).sqrt();
        self.east_m = self.east_m * keeps + news_m * chance.normal();
        self.north_m = self.north_m * keeps + news_m * chance.normal();
        self.at_ms = Some(sample.at_ms);
        let speed_mps = (sample.speed_mps + SPEED_SIGMA_MPS * chance.normal()).clamp(0.0, 100.0);
        let course_sigma_deg =
            (COURSE_SIGMA_DEG + COURSE_SLOW_DEG_MPS / sample.speed_mps.max(0.1)).min(COURSE_WORST_DEG);
        let acceleration_mps2 = sample.acceleration_mps2 + ACCELERATION_SIGMA_MPS2 * chance.normal();
        Fix {
            position: LocalPlane::at(sample.position).to_lat_lon(self.east_m, self.north_m),
            speed_mps: if speed_mps < STANDS_MPS { 0.0 } else { speed_mps },
            heading_deg: normal_deg(sample.heading_deg + course_sigma_deg * chance.normal()),
            acceleration_mps2: acceleration_mps2.clamp(-20.0, 20.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: LatLon = LatLon::new(52.3, 13.6);

    fn errors_m(receiver: &mut Receiver, chance: &mut Chance, count: i64) -> Vec<f64> {
        let sample = |at_ms| Sample {
            at_ms,
            position: PLACE,
            speed_mps: 0.0,
            heading_deg: 359.0,
            acceleration_mps2: 0.0,
            link: None,
            is_inside_junction: false,
        };
        (0..count).map(|i| receiver.fix(&sample(i * 1_000), chance).position.distance_m(PLACE)).collect()
    }

    #[test]
    fn errors_are_as_large_as_the_receiver_says() {
        let mut chance = Chance::new("noise", 1);
        let mut receiver = Receiver::new(&mut chance);
        let errors = errors_m(&mut receiver, &mut chance, 20_000);
        let rms_m = (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt();
        assert!((rms_m / receiver.sigma_m() - 1.0).abs() < 0.15, "{rms_m} {}", receiver.sigma_m());
        assert!((3.0..=8.0).contains(&receiver.sigma_m()));
    }

    #[test]
    fn errors_drift_rather_than_jump() {
        let mut chance = Chance::new("drift", 2);
        let mut receiver = Receiver::new(&mut chance);
        let errors = errors_m(&mut receiver, &mut chance, 1_000);
        let steps = errors.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>() / 999.0;
        assert!(steps < receiver.sigma_m() / 3.0, "{steps}");
    }

    #[test]
    fn all_receivers_together_are_wrong_by_about_5_m() {
        let mut chance = Chance::new("fleet", 3);
        let mean = (0..5_000).map(|_| Receiver::new(&mut chance).sigma_m()).sum::<f64>() / 5_000.0;
        assert!((mean - 5.0).abs() < 0.1, "{mean}");
    }
}
