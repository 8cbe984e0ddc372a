//! Which vehicles report, and how often.

use crate::chance::{Chance, hash};
use crate::truth::Truth;

/// Whether those who crash are among those who report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crashed {
    /// At least one of them, whatever chance says.
    Reports,
    /// None of them: only the traffic around tells.
    Silent,
    /// Nobody crashes.
    Nobody,
}

/// Who reports, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fleet {
    /// The share of vehicles that report, in percent.
    pub percent: u32,
    /// Whether those who crash do.
    pub crashed: Crashed,
    /// Whether they also send hazard reports.
    pub hazards: bool,
}

impl Fleet {
    /// A name for files and tables.
    #[must_use]
    pub fn name(&self) -> String {
        let crashed = match self.crashed {
            Crashed::Reports => "-crashed",
            Crashed::Silent => "-around",
            Crashed::Nobody => "",
        };
        format!("{}{crashed}{}", self.percent, if self.hazards { "-hazards" } else { "" })
    }

    /// Whether a vehicle reports. Who reports in a small fleet does so in a larger one too.
    #[must_use]
    pub fn reports(&self, vehicle: &str, truth: &Truth, seed: u64) -> bool {
        let is_drawn = |id: &str| hash(&format!("{seed} {id}")) % 10_000 < u64::from(self.percent) * 100;
        let crashed: Vec<&str> = truth
            .accidents
            .iter()
            .flat_map(|accident| &accident.vehicles)
            .map(|(vehicle, _)| vehicle.as_str())
            .collect();
        match crashed.iter().position(|&id| id == vehicle) {
            None => is_drawn(vehicle),
            // With hazard reports both tell; without, the one that chance prefers, unless chance takes both.
            Some(i) => match self.crashed {
                Crashed::Silent => false,
                Crashed::Reports => {
                    let chosen = (hash(&format!("{seed} crashed")) % crashed.len() as u64) as usize;
                    self.hazards || i == chosen || is_drawn(vehicle)
                }
                Crashed::Nobody => is_drawn(vehicle),
            },
        }
    }

    /// How often one vehicle reports, in ms: every second if all do, else every 1 to 5 s, each as it likes.
    #[allow(clippy::cast_possible_wrap)]
    pub(super) fn interval_ms(&self, chance: &mut Chance) -> i64 {
        let longest_s = if self.percent >= 100 { 1 } else { 5 };
        (1 + chance.index(longest_s) as i64) * 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Truth = Truth {
        accidents: Vec::new(),
        jams: Vec::new(),
        marginal: Vec::new(),
        visits: Vec::new(),
        end_ms: 0,
        road_m: 0.0,
    };

    #[test]
    fn about_the_share_asked_for_reports_and_small_fleets_are_part_of_large_ones() {
        let fleet = |percent| Fleet { percent, crashed: Crashed::Nobody, hazards: false };
        let ids: Vec<String> = (0..2_000).map(|i| format!("east.{i}")).collect();
        let reporting = |percent| ids.iter().filter(|id| fleet(percent).reports(id, &NOTHING, 1)).count();
        assert!((160..240).contains(&reporting(10)), "{}", reporting(10));
        assert_eq!(reporting(100), 2_000);
        assert!(
            ids.iter().all(|id| !fleet(5).reports(id, &NOTHING, 1) || fleet(20).reports(id, &NOTHING, 1))
        );
    }
}
