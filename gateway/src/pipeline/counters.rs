//! What the pipeline counts.

use metrics::{
    Counter, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, histogram,
};
use model::codec::Report;
use model::{DropReason, Event, EventKind, Phase};

/// Counters of reports, looked up once.
pub struct Counters {
    messages: Counter,
    positions: Counter,
    hazards: Counter,
    dropped: [Counter; DropReason::ALL.len()],
    refused_zones: Counter,
    delay: Histogram,
}

impl Counters {
    pub fn new() -> Self {
        let used = |kind| counter!("vigiroute_gateway_reports_used_total", "kind" => kind);
        Self {
            messages: counter!("vigiroute_gateway_messages_total"),
            positions: used("position"),
            hazards: used("hazard"),
            dropped: DropReason::ALL.map(
                |reason| counter!("vigiroute_gateway_reports_dropped_total", "reason" => reason.as_str()),
            ),
            refused_zones: counter!("vigiroute_gateway_zones_refused_total"),
            delay: histogram!("vigiroute_gateway_report_delay_seconds"),
        }
    }

    pub fn message(&self) {
        self.messages.increment(1);
    }

    pub fn used(&self, report: &Kind) {
        match report {
            Kind::Position => self.positions.increment(1),
            Kind::Hazard => self.hazards.increment(1),
        }
    }

    pub fn dropped(&self, reason: DropReason) {
        if let Some(index) = DropReason::ALL.iter().position(|known| *known == reason) {
            self.dropped[index].increment(1);
        }
    }

    /// A report came this long after it was measured.
    pub fn delay(&self, delay_s: f64) {
        self.delay.record(delay_s);
    }

    pub fn refused_zone(&self) {
        self.refused_zones.increment(1);
    }
}

/// The kinds of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Position,
    Hazard,
}

impl Kind {
    pub fn of(report: &Report) -> Self {
        match report {
            Report::Position(_) => Self::Position,
            Report::Hazard(_) => Self::Hazard,
        }
    }
}

/// Counts an event revision that was stored.
pub fn event(event: &Event) {
    counter!("vigiroute_gateway_events_total", "type" => event.kind.as_str(), "phase" => event.phase.as_str())
        .increment(1);
}

/// Says what each metric means, and shows those at zero that have not counted yet.
pub fn describe() {
    describe_counter!("vigiroute_gateway_messages_total", "MQTT messages taken");
    describe_counter!("vigiroute_gateway_reports_used_total", "Reports used, by kind");
    describe_counter!("vigiroute_gateway_reports_dropped_total", "Reports not used, by reason");
    describe_counter!("vigiroute_gateway_zones_refused_total", "Zones that could not be read");
    describe_counter!("vigiroute_gateway_events_total", "Event revisions stored, by type and phase");
    describe_counter!("vigiroute_gateway_messages_sent_total", "XMPP messages sent to the collector");
    describe_counter!("vigiroute_gateway_receipts_total", "Receipts from the collector");
    describe_counter!("vigiroute_gateway_resends_total", "Messages sent again");
    describe_counter!("vigiroute_gateway_bounces_total", "Messages that came back: the collector is away");
    describe_counter!("vigiroute_gateway_unsendable_total", "Messages given up because they cannot be made");
    describe_gauge!("vigiroute_gateway_outbox_depth", "Event revisions without a receipt");
    describe_gauge!("vigiroute_gateway_outbox_oldest_seconds", Unit::Seconds, "Age of the oldest of them");
    describe_gauge!("vigiroute_gateway_zones", "Zones known");
    describe_histogram!(
        "vigiroute_gateway_commit_seconds",
        Unit::Seconds,
        "Time to put events into the outbox"
    );
    describe_histogram!(
        "vigiroute_gateway_journal_write_seconds",
        Unit::Seconds,
        "Time to write to the journal"
    );
    describe_counter!(
        "vigiroute_gateway_journal_written_bytes_total",
        Unit::Bytes,
        "Bytes written to the journal"
    );
    describe_gauge!("vigiroute_gateway_journal_bytes", Unit::Bytes, "Size of the journal");
    describe_gauge!(
        "vigiroute_gateway_snapshot_at_seconds",
        Unit::Seconds,
        "When the last snapshot was written, epoch"
    );
    describe_gauge!("vigiroute_gateway_snapshot_bytes", Unit::Bytes, "Size of the last snapshot");
    describe_histogram!(
        "vigiroute_gateway_snapshot_pause_seconds",
        Unit::Seconds,
        "How long detection waited for one"
    );
    describe_histogram!("vigiroute_gateway_snapshot_write_seconds", Unit::Seconds, "Time to write one");
    describe_gauge!(
        "vigiroute_gateway_replayed_reports",
        "Reports of the journal given to the detector at the start"
    );
    describe_histogram!("vigiroute_gateway_report_delay_seconds", Unit::Seconds, "From measurement to here");
    let _ = Counters::new();
    for kind in EventKind::ALL {
        let phases = if kind.is_episode() { &["started", "updated", "ended"][..] } else { &["started"] };
        for phase in phases.iter().filter_map(|word| Phase::parse(word)) {
            counter!("vigiroute_gateway_events_total", "type" => kind.as_str(), "phase" => phase.as_str())
                .increment(0);
        }
    }
    for name in ["messages_sent", "receipts", "resends", "bounces", "unsendable"] {
        counter!(format!("vigiroute_gateway_{name}_total")).increment(0);
    }
    counter!("vigiroute_gateway_journal_written_bytes_total").increment(0);
}
