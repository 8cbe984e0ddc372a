//! The error of a satellite receiver: it wanders slowly, it does not jump about.

use rand::Rng;
use rand::rngs::SmallRng;

/// Time after which an error is mostly another one, s.
const CORRELATION_S: f64 = 20.0;
/// Error of the speed, one sigma, m/s.
const SPEED_SIGMA_MPS: f64 = 0.12;

/// The error of one receiver (a first-order autoregressive process for each axis).
#[derive(Debug, Clone)]
pub(super) struct Noise {
    rng: SmallRng,
    east_m: f64,
    north_m: f64,
    last_ms: i64,
    sigma_m: f64,
}

impl Noise {
    /// `sigma_m` is one sigma of the horizontal error.
    pub fn new(mut rng: SmallRng, sigma_m: f64, now_ms: i64) -> Self {
        // Each axis has its share, so that the error as a whole is what was asked for.
        let sigma_m = sigma_m / std::f64::consts::SQRT_2;
        let (east_m, north_m) = (sigma_m * gauss(&mut rng), sigma_m * gauss(&mut rng));
        Self { rng, east_m, north_m, last_ms: now_ms, sigma_m }
    }

    /// The error in metres east and north at a time, which must not go back.
    pub fn at(&mut self, now_ms: i64) -> (f64, f64) {
        let elapsed_s = (now_ms - self.last_ms).max(0) as f64 / 1_000.0;
        self.last_ms = now_ms;
        let kept = (-elapsed_s / CORRELATION_S).exp();
        let fresh_m = self.sigma_m * (1.0 - kept * kept).sqrt();
        self.east_m = kept * self.east_m + fresh_m * gauss(&mut self.rng);
        self.north_m = kept * self.north_m + fresh_m * gauss(&mut self.rng);
        (self.east_m, self.north_m)
    }

    /// A measured speed. Receivers know well when they stand.
    pub fn speed_mps(&mut self, speed_mps: f64) -> f64 {
        let error_mps = SPEED_SIGMA_MPS * gauss(&mut self.rng);
        if speed_mps < 0.1 { 0.0 } else { (speed_mps + error_mps).max(0.0) }
    }
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
        let mut noise = Noise::new(SmallRng::seed_from_u64(1), 4.0, 0);
        let (mut sum, mut steps, mut last) = (0.0, 0.0, noise.at(0));
        let n = 20_000;
        for second in 1..=n {
            let (east, north) = noise.at(second * 1_000);
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
        let mut noise = Noise::new(SmallRng::seed_from_u64(1), 0.0, 0);
        assert_eq!(noise.at(5_000), (0.0, 0.0));
        assert_eq!(noise.speed_mps(0.0), 0.0);
    }
}
