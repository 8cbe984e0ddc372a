//! Free ports on the loopback interface.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use crate::Error;

/// Below the range from which the kernel takes the ports of outgoing connections, so that no client takes one meanwhile.
const RANGE: std::ops::Range<u16> = 18_000..32_000;
const TRIES: u32 = 200;

/// A port that no other testbed takes while the value lives, whether a server listens on it at the moment or not.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// Any free port.
    ///
    /// # Errors
    /// When none of a few hundred tried is free.
    pub fn free() -> Result<Self, Error> {
        let folder = locks()?;
        (0..TRIES)
            .find_map(|_| Self::claim(&folder, rand::random_range(RANGE)))
            .ok_or(Error::NoFreePort { tried: TRIES })
    }

    /// This very port if nobody has it, else any free one.
    ///
    /// # Errors
    /// When neither is to be had.
    pub fn preferably(number: u16) -> Result<Self, Error> {
        match Self::claim(&locks()?, number) {
            Some(port) => Ok(port),
            None => Self::free(),
        }
    }

    fn claim(folder: &Path, number: u16) -> Option<Self> {
        let lock = File::create(folder.join(number.to_string())).ok()?;
        (lock.try_lock().is_ok() && is_free(number)).then_some(Self { number, _lock: lock })
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

/// Where each user of this machine keeps the lock files of ports.
fn locks() -> Result<PathBuf, Error> {
    let owner = rustix::process::geteuid().as_raw();
    let folder = std::env::temp_dir().join(format!("vigiroute-ports-{owner}"));
    std::fs::create_dir_all(&folder).map_err(Error::io("make the folder", &folder))?;
    Ok(folder)
}

fn is_free(number: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_given_again() {
        let ports: Vec<Port> = (0..50).map(|_| Port::free().unwrap()).collect();
        let mut numbers: Vec<u16> = ports.iter().map(Port::number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 50);
    }

    #[test]
    fn a_preferred_port_that_is_taken_gives_way_to_another() {
        let wanted = Port::free().unwrap().number();
        let held = Port::preferably(wanted).unwrap();
        assert_eq!(held.number(), wanted);
        assert_ne!(Port::preferably(wanted).unwrap().number(), wanted, "claimed, though nobody listens yet");
        drop(held);
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).unwrap();
        assert_ne!(Port::preferably(wanted).unwrap().number(), wanted);
    }
}
