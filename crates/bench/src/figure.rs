//! One measured figure, as a line that another program reads.

use serde::{Deserialize, Serialize};

/// One measured figure of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub what: String,
    /// How much it was.
    pub measured: String,
    /// How much it is to be; empty where it only stands beside another.
    pub goal: String,
    /// Whether it is as it is to be.
    pub is_met: Option<bool>,
}

impl Figure {
    /// A figure that only stands beside another.
    #[must_use]
    pub fn plain(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), goal: String::new(), is_met: None }
    }

    /// A figure with a goal.
    #[must_use]
    pub fn goal(
        what: impl Into<String>,
        measured: impl Into<String>,
        goal: impl Into<String>,
        is_met: bool,
    ) -> Self {
        Self { goal: goal.into(), is_met: Some(is_met), ..Self::plain(what, measured) }
    }
}

/// The value below or at which a share of `sorted` lies, 0…1; 0 if there are none.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_that_was_measured() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!((quantile(&values, 0.5), quantile(&values, 0.99)), (100.0, 198.0));
        assert_eq!((quantile(&[7.0], 0.0), quantile(&[], 0.5)), (7.0, 0.0));
    }

    #[test]
    fn a_figure_survives_being_a_line() {
        let figure = Figure::goal("reports/s", "98 %", "at least 90 %", true);
        let line = serde_json::to_string(&figure).unwrap();
        assert_eq!(serde_json::from_str::<Figure>(&line).unwrap(), figure);
    }
}
