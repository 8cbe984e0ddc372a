//! One thing that the detector is given, and how many of them are written.

use detect::Detector;
use model::codec::Report;
use model::{Timestamp, Zone, ZoneId};
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// One thing that the detector is given. The order of the variants is part of the journal's format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input<'a> {
    /// A report, and when it was received.
    Report(Cow<'a, Report>, Timestamp),
    /// A zone is set.
    SetZone(Cow<'a, Zone>),
    /// A zone is taken away.
    RemoveZone(Cow<'a, ZoneId>),
    /// Time passes without a report.
    Pass(Timestamp),
    /// The receiver was away, or its clock was set: time goes on from here.
    Rebase(Timestamp),
}

/// Inputs written one behind the other, as the journal keeps them.
#[derive(Debug, Default)]
pub struct Inputs {
    bytes: Vec<u8>,
}

impl Inputs {
    /// Adds one.
    ///
    /// # Errors
    /// None that can come about: its values are plain, and memory is the only thing that could be short.
    pub fn add(&mut self, input: &Input<'_>) -> Result<(), postcard::Error> {
        postcard::serialize_with_flavor(input, Append(&mut self.bytes))
    }

    /// Adds one; should that not be possible, it is logged.
    pub fn note(&mut self, input: &Input<'_>) {
        if let Err(error) = self.add(input) {
            tracing::error!(%error, "an input cannot be journaled");
        }
    }

    /// Adds what `later` holds.
    pub fn append(&mut self, later: Self) {
        if self.bytes.is_empty() {
            self.bytes = later.bytes;
        } else {
            self.bytes.extend_from_slice(&later.bytes);
        }
    }

    /// Takes what was added; nothing is left.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Reads what [`Inputs::take`] gave, one after the other, up to the first that cannot be read.
    pub fn read(mut bytes: &[u8]) -> impl Iterator<Item = Result<Input<'static>, postcard::Error>> + '_ {
        let mut is_broken = false;
        std::iter::from_fn(move || {
            if bytes.is_empty() || is_broken {
                return None;
            }
            let read = postcard::take_from_bytes(bytes);
            is_broken = read.is_err();
            Some(read.map(|(input, rest)| {
                bytes = rest;
                input
            }))
        })
    }
}

impl Input<'_> {
    /// Gives it to the detector; whether it was a report.
    pub fn give(self, detector: &mut Detector) -> bool {
        match self {
            Self::Report(report, now) => {
                // Why it is of no use was counted when it came.
                let _ = detector.handle_report(report.into_owned(), now);
                return true;
            }
            Self::SetZone(zone) => detector.set_zone(zone.into_owned()),
            Self::RemoveZone(id) => {
                detector.remove_zone(&id);
            }
            Self::Pass(now) => detector.handle_timeout(now),
            Self::Rebase(now) => detector.rebase(now),
        }
        false
    }
}

/// Writes behind what is there.
pub(super) struct Append<'a>(pub(super) &'a mut Vec<u8>);

impl Flavor for Append<'_> {
    type Output = ();

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.0.push(data);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
