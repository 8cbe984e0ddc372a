//! Why a report was not used. Every drop is counted under one of these.

use std::fmt;

/// The reason a report was dropped; the words are the labels of the metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropReason {
    /// Over 16 KiB, or a batch over 256 KiB or 1,000 reports.
    TooLarge,
    /// No JSON, or not of the shape the topic asks for.
    Malformed,
    /// A required field is not there.
    MissingField,
    /// A value outside its range.
    OutOfRange,
    /// The topic names no vehicle, or an id that is none.
    BadTopic,
    /// Measured more than the allowed lead (10 s) after it was received.
    Future,
    /// Measured too long (5 min) before the newest time taken.
    Stale,
    /// The same vehicle's report of the same time was taken before.
    Duplicate,
    /// Older than what the vehicle reported before.
    OutOfOrder,
    /// No vehicle covers that distance in that time.
    ImpossibleJump,
    /// The vehicle reports more often than one vehicle may.
    RateLimited,
}

impl DropReason {
    /// All reasons, in the order of the checks.
    pub const ALL: [Self; 11] = [
        Self::TooLarge,
        Self::Malformed,
        Self::MissingField,
        Self::OutOfRange,
        Self::BadTopic,
        Self::Future,
        Self::Stale,
        Self::Duplicate,
        Self::OutOfOrder,
        Self::ImpossibleJump,
        Self::RateLimited,
    ];

    /// The label of the reason.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::MissingField => "missing_field",
            Self::OutOfRange => "out_of_range",
            Self::BadTopic => "bad_topic",
            Self::Future => "future",
            Self::Stale => "stale",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::ImpossibleJump => "impossible_jump",
            Self::RateLimited => "rate_limited",
        }
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
