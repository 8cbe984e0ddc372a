//! The transmitter of one vehicle: its receiver's error, its times, and the luck of its reports on their way.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::cam::Cam;
use super::noise::{Noise, measured_speed_mps};
use super::reporting::Reporting;

/// A report is never longer under way than this many times the mean.
const LONGEST_DELAY: f64 = 5.0;
/// How long after the first a duplicate arrives at most, ms.
const DUPLICATE_WITHIN_MS: i64 = 1_000;

/// One vehicle's transmitter.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    /// The vehicle's own number.
    pub serial: u32,
    rng: SmallRng,
    noise: Noise,
    /// Where it stands among all vehicles, 0…1: those below the share that reports do.
    pub rank: f64,
    /// Its place within the interval, 0…1.
    pub phase: f64,
    /// When it looks next whether to report, ms from time 0.
    pub next_ms: i64,
    pub cam: Cam,
}

/// When a position report arrives, and when again; `None` = not.
pub(super) type Arrivals = [Option<i64>; 2];

impl Sender {
    /// The transmitter of the vehicle with this number of its own.
    pub fn new(seed: u64, serial: u32, now_ms: i64) -> Self {
        // So that each vehicle's chances depend on nothing but the seed and its number.
        let own = u64::from(serial).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut rng = SmallRng::seed_from_u64(seed ^ 0x7265_706f_7274 ^ own);
        let noise = Noise::new(&mut rng, now_ms);
        let (rank, phase) = (rng.random_range(0.0..1.0), rng.random_range(0.0..1.0));
        Self { serial, rng, noise, rank, phase, next_ms: now_ms, cam: Cam::default() }
    }

    /// The error of its receiver, metres east and north.
    pub fn error_m(&mut self, at_ms: i64, reporting: &Reporting) -> (f64, f64) {
        self.noise.at(at_ms, reporting.gps_noise_m, &mut self.rng)
    }

    pub fn measured_speed_mps(&mut self, speed_mps: f64) -> f64 {
        measured_speed_mps(speed_mps, &mut self.rng)
    }

    /// When a position report of this time arrives.
    pub fn arrivals(&mut self, at_ms: i64, reporting: &Reporting) -> Arrivals {
        if self.happens(reporting.loss) {
            return [None, None];
        }
        let first_ms = at_ms + self.delay_ms(reporting);
        let again = self.happens(reporting.duplicates);
        [Some(first_ms), again.then(|| first_ms + self.rng.random_range(0..DUPLICATE_WITHIN_MS))]
    }

    /// How long a report is under way, ms: exponentially distributed.
    pub fn delay_ms(&mut self, reporting: &Reporting) -> i64 {
        if reporting.delay_s <= 0.0 {
            return 0;
        }
        let drawn: f64 = self.rng.random_range(f64::MIN_POSITIVE..1.0);
        (reporting.delay_s * (-drawn.ln()).min(LONGEST_DELAY) * 1_000.0).round() as i64
    }

    fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && self.rng.random_range(0.0..1.0) < share
    }
}
