//! Processor time and memory of programs, from Linux's `/proc`.

use std::io;

/// Linux counts in hundredths of a second, whatever its own clock does.
const TICKS_PER_S: f64 = 100.0;
/// The fields of `/proc/PID/stat` by proc(5): user and system time of the process, and of its children that have ended.
const OWN: [usize; 2] = [14, 15];
const CHILDREN: [usize; 2] = [16, 17];

/// The processor time of a process so far, s.
///
/// # Errors
/// When there is no such process.
pub fn ran_s(id: u32) -> io::Result<f64> {
    seconds(&format!("/proc/{id}/stat"), OWN)
}

/// The processor time of all programs that this one has started and that have ended, s.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn children_ran_s() -> io::Result<f64> {
    seconds("/proc/self/stat", CHILDREN)
}

/// Memory that a process has, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resident {
    /// Now.
    pub now: u64,
    /// The most since its start.
    pub most: u64,
}

/// The resident memory of a process.
///
/// # Errors
/// When there is no such process.
pub fn resident(id: u32) -> io::Result<Resident> {
    let path = format!("/proc/{id}/status");
    let status = std::fs::read_to_string(&path).map_err(|error| told(&path, &error))?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1_024)
    };
    match (bytes("VmRSS:"), bytes("VmHWM:")) {
        (Some(now), Some(most)) => Ok(Resident { now, most }),
        _ => Err(io::Error::other(format!("{path} tells no memory: the process has ended"))),
    }
}

fn seconds(path: &str, fields: [usize; 2]) -> io::Result<f64> {
    let stat = std::fs::read_to_string(path).map_err(|error| told(path, &error))?;
    let [user, system] = fields.map(|number| field(&stat, number));
    let ticks = user.zip(system).ok_or_else(|| io::Error::other(format!("{path} is not as proc(5) says")))?;
    Ok((ticks.0 + ticks.1) / TICKS_PER_S)
}

fn told(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot read {path}: {error}"))
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

    #[test]
    fn memory_is_told_in_bytes() {
        let resident = resident(std::process::id()).unwrap();
        assert!(resident.now > 1 << 20 && resident.most >= resident.now, "{resident:?}");
    }
}
