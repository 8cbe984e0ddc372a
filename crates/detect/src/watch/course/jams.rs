//! Jams by the rule of the course: enough slow vehicles near one another on one road.

use super::emit;
use super::groups::{Group, Span};
use crate::output::Output;
use crate::settings::{CourseSettings, ms};
use crate::watch::roads::{link_name, road_ref};
use model::{Cause, Event, EventId, EventKind, Measures, Phase, Timestamp};
use roadnet::{LinkIdx, Network};
use serde::{Deserialize, Serialize};

/// A change of the number of vehicles below this share is not worth a revision.
const NOTABLE_CHANGE: f64 = 0.2;

#[derive(Debug, Serialize, Deserialize)]
struct Jam {
    event: Event,
    spans: Vec<Span>,
    /// Since when there have been too few vehicles.
    clearing_since: Option<Timestamp>,
}

/// What a restarted detector must know of a jam: the event, and where it was, links by name.
#[derive(Serialize, Deserialize)]
struct Kept {
    event: Event,
    #[serde(default)]
    spans: Vec<(String, f64, f64)>,
}

/// The jams that go on, oldest first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Jams {
    jams: Vec<Jam>,
}

impl Jams {
    /// Compares the groups of `now` with the jams that go on.
    pub(super) fn tick(
        &mut self,
        groups: &[Group],
        now: Timestamp,
        network: &Network,
        settings: &CourseSettings,
        out: &mut Vec<Output>,
    ) {
        let mut free: Vec<&Group> = groups.iter().collect();
        for jam in &mut self.jams {
            let mut largest: Option<&Group> = None;
            free.retain(|group| {
                let is_mine = jam.overlaps(group, settings.jam_gap_m);
                if is_mine && largest.is_none_or(|known| group.vehicles > known.vehicles) {
                    largest = Some(group);
                }
                !is_mine
            });
            jam.follow(largest, now, network, settings, out);
        }
        self.jams.retain(|jam| jam.event.phase != Phase::Ended);
        for group in free.into_iter().filter(|group| is_jam(group, settings)) {
            let jam = Jam::begin(group, now, network);
            jam.tell(network, out);
            self.jams.push(jam);
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.jams.is_empty()
    }

    /// Takes back a jam that a former run kept; whether `value` was one.
    pub(super) fn restore(&mut self, value: serde_json::Value, network: &Network) -> bool {
        let Ok(Kept { event, spans: kept }) = serde_json::from_value(value) else { return false };
        let mut spans = Vec::new();
        for (index, link) in network.links() {
            let name = link_name(link);
            let here = kept.iter().filter(|(kept, ..)| *kept == name);
            spans.extend(here.map(|(_, from_m, to_m)| Span { link: index.0, from_m: *from_m, to_m: *to_m }));
        }
        self.jams.push(Jam { event, spans, clearing_since: None });
        self.jams.sort_by_key(|jam| jam.event.id);
        true
    }
}

fn is_jam(group: &Group, settings: &CourseSettings) -> bool {
    group.vehicles as usize >= settings.jam_vehicles
}

impl Jam {
    fn begin(group: &Group, now: Timestamp, network: &Network) -> Self {
        let (link, offset_m) = group.head;
        let link = network.link(link);
        // Two jams may begin on one link at one time.
        let place = format!("{}/{offset_m:.0}", link_name(link));
        let event = Event {
            id: EventId::derive(EventKind::Jam, now, &place, ""),
            revision: 1,
            kind: EventKind::Jam,
            phase: Phase::Started,
            occurred_at: now,
            detected_at: now,
            ended_at: None,
            position: group.tail,
            geometry: group.geometry.clone(),
            road: Some(road_ref(link)),
            zone: None,
            vehicles: Vec::new(),
            confidence: confidence(group),
            cause: Some(Cause::new(Cause::TRAFFIC_CONDITION)),
            measures: measures(group),
        };
        Self { event, spans: group.spans.clone(), clearing_since: None }
    }

    /// Whether a group is where the jam was, or at most a gap away on the same link.
    fn overlaps(&self, group: &Group, gap_m: f64) -> bool {
        let near =
            |a: &Span, b: &Span| a.link == b.link && a.from_m <= b.to_m + gap_m && b.from_m <= a.to_m + gap_m;
        self.spans.iter().any(|mine| group.spans.iter().any(|theirs| near(mine, theirs)))
    }

    fn follow(
        &mut self,
        group: Option<&Group>,
        now: Timestamp,
        network: &Network,
        settings: &CourseSettings,
        out: &mut Vec<Output>,
    ) {
        let now = now.max(self.event.detected_at);
        let Some(group) = group.filter(|group| is_jam(group, settings)) else {
            let since = *self.clearing_since.get_or_insert(now);
            if now.since_ms(since) >= ms(settings.jam_clearing_s) {
                self.event.revision += 1;
                self.event.phase = Phase::Ended;
                self.event.detected_at = now;
                self.event.ended_at = Some(since);
                self.tell(network, out);
            }
            return;
        };
        self.clearing_since = None;
        self.spans.clone_from(&group.spans);
        let is_due = now.since_ms(self.event.detected_at) >= ms(settings.update_every_s);
        if is_due && self.has_changed(group) {
            self.event.revision += 1;
            self.event.phase = Phase::Updated;
            self.event.detected_at = now;
            self.event.position = group.tail;
            self.event.geometry = group.geometry.clone();
            self.event.confidence = confidence(group);
            self.event.measures = measures(group);
            self.tell(network, out);
        }
    }

    fn has_changed(&self, group: &Group) -> bool {
        let vehicles = self.event.measures.vehicles.unwrap_or(0);
        let length_m = self.event.measures.length_m.unwrap_or(0.0);
        f64::from(group.vehicles.abs_diff(vehicles)) > f64::from(vehicles) * NOTABLE_CHANGE
            || (group.length_m - length_m).abs() > (length_m * NOTABLE_CHANGE).max(10.0)
    }

    fn tell(&self, network: &Network, out: &mut Vec<Output>) {
        let spans = self
            .spans
            .iter()
            .map(|span| (link_name(network.link(LinkIdx(span.link))), span.from_m, span.to_m));
        emit(&self.event, &Kept { event: self.event.clone(), spans: spans.collect() }, out);
    }
}

/// More vehicles that say the same make it surer.
fn confidence(group: &Group) -> f64 {
    let doubt = 0.8_f64.powi(i32::try_from(group.vehicles.min(30)).unwrap_or(30));
    ((1.0 - doubt) * 100.0).round() / 100.0
}

fn measures(group: &Group) -> Measures {
    let mean_speed_mps = group.speed_sum_mps / f64::from(group.vehicles.max(1));
    Measures {
        vehicles: Some(group.vehicles),
        mean_speed_mps: Some((mean_speed_mps * 10.0).round() / 10.0),
        length_m: Some(group.length_m.round()),
        ..Measures::default()
    }
}
