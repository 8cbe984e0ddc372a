//! Where a vehicle really is: a Kalman filter of constant velocity over its reports.
//!
//! One variance serves both axes, as noise and driving know no compass direction. Positions are in degrees (f64),
//! velocities in metres per second.

use model::geo::{Scale, unit_vector};
use model::{LatLon, Timestamp};
use serde::{Deserialize, Serialize};

/// How hard vehicles accelerate, turn and brake, as white noise: (m/s²)²·s.
const AGILITY: f32 = 4.0;
/// A speed and a course as reported are right within this, in m/s.
const VELOCITY_SIGMA_MPS: f32 = 1.0;
/// Nothing known of the velocity, (m/s)².
const ANY_VELOCITY: f32 = 400.0;
/// After so long a gap the old estimate says nothing, in seconds.
const MAX_GAP_S: f32 = 60.0;
/// Slower than this a course says nothing, in m/s.
const MIN_COURSE_MPS: f32 = 1.0;

/// What one report says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) ts: Timestamp,
    pub(crate) position: LatLon,
    /// Standard deviation of the position in metres.
    pub(crate) sigma_m: f32,
    pub(crate) speed_mps: Option<f64>,
    pub(crate) heading_deg: Option<f64>,
    /// Metres a degree there.
    pub(crate) scale: Scale,
}

/// The estimate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Estimate {
    pub(crate) ts: Timestamp,
    pub(crate) position: LatLon,
    east_mps: f32,
    north_mps: f32,
    /// Variances of position, of velocity, and their covariance.
    position_var: f32,
    velocity_var: f32,
    covariance: f32,
}

impl Estimate {
    /// The estimate after a vehicle's first report.
    pub(crate) fn first(measured: &Measured) -> Self {
        let mut estimate = Self {
            ts: measured.ts,
            position: measured.position,
            east_mps: 0.0,
            north_mps: 0.0,
            position_var: measured.sigma_m * measured.sigma_m,
            velocity_var: ANY_VELOCITY,
            covariance: 0.0,
        };
        estimate.correct_velocity(measured);
        estimate
    }

    /// The estimate after the next report.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    pub(crate) fn next(&self, measured: &Measured) -> Self {
        let dt = measured.ts.since_ms(self.ts) as f32 / 1_000.0;
        if !(0.0..=MAX_GAP_S).contains(&dt) {
            return Self::first(measured);
        }
        let mut next = *self;
        next.ts = measured.ts;
        let (east_m, north_m) = (f64::from(self.east_mps * dt), f64::from(self.north_mps * dt));
        next.position = measured.scale.moved(self.position, east_m, north_m);
        next.position_var +=
            2.0 * dt * self.covariance + dt * dt * self.velocity_var + AGILITY * dt * dt * dt / 3.0;
        next.covariance += dt * self.velocity_var + AGILITY * dt * dt / 2.0;
        next.velocity_var += AGILITY * dt;

        let (off_east, off_north) = measured.scale.way_m(next.position, measured.position);
        let total = next.position_var + measured.sigma_m * measured.sigma_m;
        let (gain_p, gain_v) = (next.position_var / total, next.covariance / total);
        let gain = f64::from(gain_p);
        next.position = measured.scale.moved(next.position, off_east * gain, off_north * gain);
        next.east_mps += off_east as f32 * gain_v;
        next.north_mps += off_north as f32 * gain_v;
        next.velocity_var -= gain_v * next.covariance;
        next.covariance *= 1.0 - gain_p;
        next.position_var *= 1.0 - gain_p;
        next.correct_velocity(measured);
        next
    }

    /// Takes speed and course for what they are: a measurement of the velocity.
    #[allow(clippy::cast_possible_truncation)]
    fn correct_velocity(&mut self, measured: &Measured) {
        let (east, north) = match (measured.speed_mps.map(|speed| speed as f32), measured.heading_deg) {
            (Some(speed), Some(heading)) if speed >= MIN_COURSE_MPS => {
                let [east, north] = unit_vector(heading);
                (speed * east, speed * north)
            }
            (Some(speed), _) if speed < MIN_COURSE_MPS => (0.0, 0.0),
            _ => return,
        };
        let total = self.velocity_var + VELOCITY_SIGMA_MPS * VELOCITY_SIGMA_MPS;
        let (gain_p, gain_v) = (self.covariance / total, self.velocity_var / total);
        let (off_east, off_north) = (east - self.east_mps, north - self.north_mps);
        let (east_m, north_m) = (f64::from(off_east * gain_p), f64::from(off_north * gain_p));
        self.position = measured.scale.moved(self.position, east_m, north_m);
        self.east_mps += off_east * gain_v;
        self.north_mps += off_north * gain_v;
        self.position_var -= gain_p * self.covariance;
        self.covariance *= 1.0 - gain_v;
        self.velocity_var *= 1.0 - gain_v;
    }

    /// Standard deviation of the position, in metres.
    pub(crate) fn sigma_m(&self) -> f32 {
        self.position_var.max(0.0).sqrt()
    }

    /// Speed in m/s.
    pub(crate) fn speed_mps(&self) -> f32 {
        (self.east_mps * self.east_mps + self.north_mps * self.north_mps).sqrt()
    }

    /// The course as a unit vector (east, north), where the vehicle moves fast enough to have one.
    pub(crate) fn course(&self) -> Option<[f32; 2]> {
        let speed = self.speed_mps();
        (speed >= MIN_COURSE_MPS).then(|| [self.east_mps / speed, self.north_mps / speed])
    }

    /// The course in degrees clockwise from north.
    pub(crate) fn course_deg(&self) -> Option<f64> {
        let [east, north] = self.course()?;
        Some(model::geo::normal_deg(f64::from(east.atan2(north).to_degrees())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: LatLon = LatLon::new(60.0, 24.0);

    fn at(second: f64, east_m: f64, speed: Option<f64>) -> Measured {
        let scale = Scale::at(START);
        Measured {
            ts: Timestamp::from_ms_clamped(1_000_000 + (second * 1_000.0) as i64),
            position: scale.moved(START, east_m, 0.0),
            scale,
            sigma_m: 5.0,
            speed_mps: speed,
            heading_deg: Some(90.0),
        }
    }

    fn east_m(estimate: &Estimate) -> f64 {
        Scale::at(START).way_m(START, estimate.position).0
    }

    #[test]
    fn a_steady_drive_is_followed_without_lag_and_ever_surer() {
        let mut estimate = Estimate::first(&at(0.0, 0.0, None));
        for s in 1..60 {
            estimate = estimate.next(&at(f64::from(s), f64::from(s) * 13.0, None));
        }
        assert!((east_m(&estimate) - 59.0 * 13.0).abs() < 0.5, "{}", east_m(&estimate));
        assert!((estimate.speed_mps() - 13.0).abs() < 0.2, "{}", estimate.speed_mps());
        assert!((estimate.course_deg().unwrap_or_default() - 90.0).abs() < 1.0);
        assert!(estimate.sigma_m() < 4.5, "{}", estimate.sigma_m());
    }

    #[test]
    fn noise_is_damped_more_where_the_velocity_is_known() {
        let noise = [4.0, -6.0, 3.0, 7.0, -5.0, 2.0, -8.0, 6.0];
        let worst = |speed: Option<f64>| {
            let mut estimate = Estimate::first(&at(0.0, 0.0, speed));
            let mut worst = 0.0_f64;
            for s in 1..200 {
                let truth = f64::from(s) * 13.0;
                estimate = estimate.next(&at(f64::from(s), truth + noise[s as usize % 8], speed));
                if s > 20 {
                    worst = worst.max((east_m(&estimate) - truth).abs());
                }
            }
            worst
        };
        let (with, without) = (worst(Some(13.0)), worst(None));
        assert!(with < 2.5, "{with}");
        assert!(with < without && without < 8.0, "{without}");
    }

    #[test]
    fn a_long_gap_begins_anew() {
        let estimate = Estimate::first(&at(0.0, 0.0, Some(13.0))).next(&at(100.0, 5_000.0, None));
        assert!((east_m(&estimate) - 5_000.0).abs() < 1e-6);
        assert!(estimate.course_deg().is_none());
    }
}
