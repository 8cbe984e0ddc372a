//! How many reports come, and how old they are when they do.

use tokio::time::Instant;

/// Delays remembered between two readings.
const MAX_DELAYS: usize = 1_024;

/// Counts between readings.
#[derive(Debug)]
pub struct TrafficMeter {
    since: Instant,
    positions: u32,
    /// Reports that no clock which is right would have called too new or too old.
    out_of_time: u32,
    delays_s: Vec<f64>,
}

/// What was measured since the last reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Position reports used per second.
    pub reports_per_s: f64,
    /// Median delay from measurement to here, in seconds; 0 without reports.
    pub delay_s: f64,
    /// Whether most reports came from the future or the distant past: then the clock of this machine is wrong, not theirs.
    pub is_out_of_time: bool,
}

impl TrafficMeter {
    /// Counts from `now` on.
    pub fn new(now: Instant) -> Self {
        Self { since: now, positions: 0, out_of_time: 0, delays_s: Vec::new() }
    }

    /// A position report was used, this long after it was measured. Whether it is one of those whose delay is looked at.
    pub fn position(&mut self, delay_s: f64) -> bool {
        self.positions += 1;
        let is_kept = self.delays_s.len() < MAX_DELAYS;
        if is_kept {
            self.delays_s.push(delay_s);
        }
        is_kept
    }

    /// A report was dropped because of its time.
    pub fn out_of_time(&mut self) {
        self.out_of_time += 1;
    }

    /// What was measured until `now`; begins again.
    pub fn read(&mut self, now: Instant) -> Measured {
        let elapsed_s = now.duration_since(self.since).as_secs_f64().max(0.001);
        let tenths = f64::from(self.positions) / elapsed_s * 10.0;
        let middle = self.delays_s.len() / 2;
        let delay_s = if self.delays_s.is_empty() {
            0.0
        } else {
            *self.delays_s.select_nth_unstable_by(middle, f64::total_cmp).1
        };
        let is_out_of_time = self.out_of_time > self.positions;
        *self = Self { delays_s: std::mem::take(&mut self.delays_s), ..Self::new(now) };
        self.delays_s.clear();
        Measured {
            reports_per_s: tenths.round() / 10.0,
            delay_s: (delay_s * 1_000.0).round() / 1_000.0,
            is_out_of_time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn it_tells_the_rate_and_the_median_delay_and_begins_again() {
        let begun = Instant::now();
        let mut meter = TrafficMeter::new(begun);
        for delay_s in [0.1, 9.0, 0.3, 0.2, 0.2504] {
            meter.position(delay_s);
        }
        let at = begun + Duration::from_secs(2);
        assert_eq!(meter.read(at), Measured { reports_per_s: 2.5, delay_s: 0.25, is_out_of_time: false });
        let later = at + Duration::from_secs(1);
        meter.out_of_time();
        assert_eq!(meter.read(later), Measured { reports_per_s: 0.0, delay_s: 0.0, is_out_of_time: true });
    }
}
