//! Why a message is not stored.

use model::stanza::PayloadError;

/// Why a message is dropped: the label `reason` of `vigiroute_collector_messages_dropped_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// Not from the gateway.
    Stranger,
    /// No payload, or not the JSON of events.
    Malformed,
    /// More revisions than one message may carry.
    TooMany,
    /// More JSON than one message may carry.
    TooLarge,
    /// Events with values that cannot be.
    Invalid,
    /// The database refuses the data itself.
    Refused,
    /// Too many messages wait to be stored; the gateway sends it again.
    Busy,
}

impl DropReason {
    /// All reasons.
    pub const ALL: [Self; 7] = [
        Self::Stranger,
        Self::Malformed,
        Self::TooMany,
        Self::TooLarge,
        Self::Invalid,
        Self::Refused,
        Self::Busy,
    ];

    /// The word in metrics and logs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Malformed => "malformed",
            Self::TooMany => "too_many",
            Self::TooLarge => "too_large",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::Busy => "busy",
        }
    }

    /// Counts one more.
    pub fn count(self) {
        metrics::counter!("vigiroute_collector_messages_dropped_total", "reason" => self.as_str())
            .increment(1);
    }

    /// Shows all reasons in the metrics from the start, at 0.
    pub fn announce() {
        for reason in Self::ALL {
            metrics::counter!("vigiroute_collector_messages_dropped_total", "reason" => reason.as_str())
                .increment(0);
        }
    }

    pub(super) fn of(error: &PayloadError) -> Self {
        match error {
            PayloadError::NoJson | PayloadError::Datatype(_) | PayloadError::Json(_) => Self::Malformed,
            // None at all is no event; over the limit is too many.
            PayloadError::Revisions(0) => Self::Malformed,
            PayloadError::Revisions(_) => Self::TooMany,
            PayloadError::TooLong(_) => Self::TooLarge,
        }
    }
}
