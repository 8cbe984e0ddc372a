//! Processor time of other programs, from Linux's `/proc`.

use anyhow::Context;

/// Linux counts in hundredths of a second, whatever its own clock does.
const TICKS_PER_S: f64 = 100.0;
/// The fields of `/proc/PID/stat` by proc(5): user and system time of the process, and of its children that have ended.
const OWN: [usize; 2] = [14, 15];
const CHILDREN: [usize; 2] = [16, 17];

/// The processor time of a process so far, s.
pub(super) fn ran_s(id: u32) -> anyhow::Result<f64> {
    seconds(&format!("/proc/{id}/stat"), OWN)
}

/// The processor time of all programs that this one has started and that have ended, s.
pub(super) fn children_ran_s() -> anyhow::Result<f64> {
    seconds("/proc/self/stat", CHILDREN)
}

fn seconds(path: &str, fields: [usize; 2]) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let [user, system] = fields.map(|number| field(&stat, number));
    let ticks = user.zip(system).with_context(|| format!("{path} is not as proc(5) says"))?;
    Ok((ticks.0 + ticks.1) / TICKS_PER_S)
}

/// A field by its number, counted from 1. The second, a name in brackets, may hold blanks; what follows does not.
fn field(stat: &str, number: usize) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_behind_a_name_with_blanks_and_brackets() {
        let stat = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 140 20 30 4 0";
        assert_eq!(
            (field(stat, 14), field(stat, 15), field(stat, 16)),
            (Some(140.0), Some(20.0), Some(30.0))
        );
        assert!(ran_s(std::process::id()).is_ok_and(|seconds| seconds >= 0.0));
    }
}
