//! How the times of a file become dates.

use model::Timestamp;

/// The first and the last time of a file, ms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span(Option<(i64, i64)>);

impl Span {
    pub fn add(&mut self, at_ms: i64) {
        let (first, last) = self.0.unwrap_or((at_ms, at_ms));
        self.0 = Some((first.min(at_ms), last.max(at_ms)));
    }

    pub fn length_ms(self) -> i64 {
        self.0.map_or(0, |(first, last)| last - first)
    }
}

/// What the first moment of a file is dated that lasts so long and is played `speed` times as fast (0: at once) from
/// `now` on: as late as can be without dating any moment later than when it is played, because nobody takes reports from the
/// future.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn begin(now: Timestamp, length_ms: i64, speed: f64) -> Timestamp {
    let played_in_ms = if speed > 0.0 { length_ms as f64 / speed } else { 0.0 };
    now - (length_ms as f64 - played_in_ms).max(0.0).ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_moment_is_dated_when_it_is_played() {
        let now = Timestamp::from_ms_clamped(1_760_000_000_000);
        assert_eq!(begin(now, 60_000, 1.0), now);
        assert_eq!(begin(now, 60_000, 0.5), now);
        assert_eq!(begin(now, 60_000, 4.0), now - 45_000);
        assert_eq!(begin(now, 60_000, 0.0), now - 60_000);
    }

    #[test]
    fn a_span_grows_both_ways() {
        let mut span = Span::default();
        assert_eq!(span.length_ms(), 0);
        [5, 2, 9].into_iter().for_each(|at_ms| span.add(at_ms));
        assert_eq!(span.length_ms(), 7);
    }
}
