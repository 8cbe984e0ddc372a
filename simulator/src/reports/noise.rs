//! The error of a satellite receiver: it wanders slowly, it does not jump about.

use rand::Rng;
use rand::rngs::SmallRng;

/// Time after which an error is mostly another one, s.
const CORRELATION_S: f64 = 20.0;
/// Error of the speed, one sigma, m/s.
const SPEED_SIGMA_MPS: f64 = 0.12;

/// The error of one receiver in units of its sigma (a first-order autoregressive process for each axis), so that the sigma
/// may change at any time.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    east: f64,
    north: f64,
    last_ms: i64,
}

impl Noise {
    /// The error of a receiver that has long been on.
    pub fn new(rng: &mut SmallRng, now_ms: i64) -> Self {
        Self { east: gauss(rng), north: gauss(rng), last_ms: now_ms }
    }

    /// The error in metres east and north at a time, which must not go back. `sigma_m` is one sigma of the error as a whole.
    pub fn at(&mut self, now_ms: i64, sigma_m: f64, rng: &mut SmallRng) -> (f64, f64) {
        let elapsed_s = (now_ms - self.last_ms).max(0) as f64 / 1_000.0;
        self.last_ms = now_ms;
        let kept = (-elapsed_s / CORRELATION_S).exp();
        let fresh = (1.0 - kept * kept).sqrt();
        self.east = kept * self.east + fresh * gauss(rng);
        self.north = kept * self.north + fresh * gauss(rng);
        // Each axis has its share.
        let axis_m = sigma_m / std::f64::consts::SQRT_2;
        (self.east * axis_m, self.north * axis_m)
    }
}

/// A measured speed. Receivers know well when they stand.
pub(super) fn measured_speed_mps(speed_mps: f64, rng: &mut SmallRng) -> f64 {
    let error_mps = SPEED_SIGMA_MPS * gauss(rng);
    if speed_mps < 0.1 { 0.0 } else { (speed_mps + error_mps).max(0.0) }
}

/// A draw from the normal distribution (Box and Muller).
fn gauss(rng: &mut SmallRng) -> f64 {
    let u: f64 = rng.random_range(f64::MIN_POSITIVE..1.0);
    let v: f64 = rng.random_range(0.0..std::f64::consts::TAU);
    (-2.0 * u.ln()).sqrt() * v.cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_error_has_the_size_asked_for_and_wanders_slowly() {
        let mut rng = SmallRng::seed_from_u64(1);
        let mut noise = Noise::new(&mut rng, 0);
        let (mut sum, mut steps, mut last) = (0.0, 0.0, noise.at(0, 4.0, &mut rng));
        let n = 20_000;
        for second in 1..=n {
            let (east, north) = noise.at(second * 1_000, 4.0, &mut rng);
            sum += east * east + north * north;
            steps += (east - last.0).powi(2) + (north - last.1).powi(2);
            last = (east, north);
        }
        let (size_m, step_m) = ((sum / n as f64).sqrt(), (steps / n as f64).sqrt());
        assert!((3.6..4.4).contains(&size_m), "{size_m}");
        assert!((1.0..1.5).contains(&step_m), "{step_m} from second to second");
    }

    #[test]
    fn without_noise_there_is_none() {
        let mut rng = SmallRng::seed_from_u64(1);
        let (east_m, north_m) = Noise::new(&mut rng, 0).at(5_000, 0.0, &mut rng);
        assert_eq!((east_m.abs(), north_m.abs()), (0.0, 0.0));
        assert_eq!(measured_speed_mps(0.0, &mut rng), 0.0);
    }
}
