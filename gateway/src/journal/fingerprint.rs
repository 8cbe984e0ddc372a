//! What a snapshot and a journal belong to: the program that wrote them, its road network and its thresholds. With another
//! of these they mean nothing: places on roads are numbers in the network, and another program may do other things with the
//! same inputs.

use anyhow::Context;
use detect::Settings;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Checksums of the program, the roads and the thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// CRC-32 of the executable.
    pub program: u32,
    /// CRC-32 of the roads' file.
    pub roads: u32,
    /// CRC-32 of the thresholds.
    pub settings: u32,
}

impl Fingerprint {
    /// Of this program, with these roads and thresholds.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of(roads: &Path, settings: &Settings) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("where is this program's file?")?;
        let settings = serde_json::to_vec(settings).context("the thresholds as JSON")?;
        Ok(Self {
            program: checksum(&program)?,
            roads: checksum(roads)?,
            settings: crc32fast::hash(&settings),
        })
    }

    /// What differs, in words; `None` = nothing.
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.program != other.program {
            Some("another version of the program")
        } else if self.roads != other.roads {
            Some("another road network")
        } else {
            (self.settings != other.settings).then_some("other thresholds of detection")
        }
    }
}

fn checksum(path: &Path) -> anyhow::Result<u32> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut hasher, mut buffer) = (crc32fast::Hasher::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))? {
            0 => return Ok(hasher.finalize()),
            n => hasher.update(&buffer[..n]),
        }
    }
}
