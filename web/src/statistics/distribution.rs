//! How values are spread.

use serde::Serialize;
use utoipa::ToSchema;

/// How values of seconds are spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Distribution {
    /// How many there are.
    pub count: u64,
    /// Half of them are at most this, s.
    pub median_s: f64,
    /// 95 of 100 are at most this, s.
    pub p95_s: f64,
    /// The greatest, s.
    pub max_s: f64,
}

impl Distribution {
    /// The spread of values of which some are counted together: pairs of a value in seconds and how often it came, in
    /// any order. None if there are none. A quantile is the smallest value that enough of them do not exceed.
    #[must_use]
    pub fn of(counted: &mut [(f64, u64)]) -> Option<Self> {
        counted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let count: u64 = counted.iter().map(|(_, times)| times).sum();
        let (max_s, _) = *counted.last()?;
        let at_most = |hundredths: u64| {
            let needed = (count * hundredths).div_ceil(100).max(1);
            let mut seen = 0;
            let found = counted.iter().find(|(_, times)| {
                seen += times;
                seen >= needed
            });
            found.map_or(max_s, |(value, _)| *value)
        };
        Some(Self { count, median_s: at_most(50), p95_s: at_most(95), max_s })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_came() {
        let mut values = [(9.0, 1), (1.0, 60), (4.0, 39)];
        let spread = Distribution::of(&mut values).unwrap();
        assert_eq!(spread, Distribution { count: 100, median_s: 1.0, p95_s: 4.0, max_s: 9.0 });
        assert_eq!(Distribution::of(&mut []), None);
        let one = Distribution::of(&mut [(3.0, 1)]).unwrap();
        assert_eq!((one.median_s, one.p95_s, one.max_s), (3.0, 3.0, 3.0));
    }
}
