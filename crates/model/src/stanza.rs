//! Events and traffic as XMPP carries them: JSON in an XEP-0432 payload, the place in XEP-0080, words for people in
//! English and French. Behind the feature `xmpp`.

mod place;
#[cfg(test)]
mod tests;
mod words;

pub use place::{GEOLOC, geoloc};
pub use words::{body_en, body_fr};

use crate::{Event, EventKind, Traffic};
use thiserror::Error;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::minidom::rxml::xml_ncname;

/// Namespace of the XEP-0432 payload.
pub const JSON_MESSAGE: &str = "urn:xmpp:json-msg:0";
/// Namespace of the JSON in it (XEP-0335).
pub const JSON: &str = "urn:xmpp:json:0";
/// One event revision.
pub const EVENT_DATATYPE: &str = "urn:vigiroute:event:1";
/// An array of event revisions.
pub const EVENTS_DATATYPE: &str = "urn:vigiroute:events:1";
/// A sample of the traffic.
pub const TRAFFIC_DATATYPE: &str = "urn:vigiroute:traffic:1";
/// Most revisions in one payload.
pub const MAX_REVISIONS: usize = 64;
/// Longest JSON in one payload, in bytes.
pub const MAX_JSON_BYTES: usize = 256 * 1024;

/// PubSub node of accidents.
pub const ACCIDENT_NODE: &str = "urn:vigiroute:event:accident";
/// PubSub node of jams.
pub const JAM_NODE: &str = "urn:vigiroute:event:jam";
/// PubSub node of zone entries and exits.
pub const ZONE_NODE: &str = "urn:vigiroute:event:zone";
/// PubSub node of the traffic.
pub const TRAFFIC_NODE: &str = "urn:vigiroute:traffic";
/// Id of the one item on [`TRAFFIC_NODE`].
pub const TRAFFIC_ITEM: &str = "now";

/// Why a payload cannot be read or made.
#[derive(Debug, Error)]
pub enum PayloadError {
    /// It is no `<payload xmlns='urn:xmpp:json-msg:0'>` with JSON in it.
    #[error("no JSON payload (XEP-0432)")]
    NoJson,
    /// Its datatype is neither an event nor events.
    #[error("datatype {0:?} is not an event's")]
    Datatype(String),
    /// Over [`MAX_JSON_BYTES`].
    #[error("{0} bytes of JSON, over the limit of {MAX_JSON_BYTES}")]
    TooLong(usize),
    /// Over [`MAX_REVISIONS`], or none.
    #[error("{0} event revisions, not 1 to {MAX_REVISIONS}")]
    Revisions(usize),
    /// Not the JSON of an event.
    #[error("not the JSON of an event: {0}")]
    Json(#[from] serde_json::Error),
}

/// The PubSub node on which events of this type are published.
#[must_use]
pub const fn event_node(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Accident => ACCIDENT_NODE,
        EventKind::Jam => JAM_NODE,
        EventKind::ZoneEntry | EventKind::ZoneExit => ZONE_NODE,
    }
}

/// The payload of one event revision.
///
/// # Errors
/// When its JSON is too long.
pub fn event_payload(event: &Event) -> Result<Element, PayloadError> {
    payload(EVENT_DATATYPE, serde_json::to_string(event)?)
}

/// The payload of 1 to [`MAX_REVISIONS`] event revisions that are JSON already: one alone as an event, several as an
/// array in their order.
///
/// # Errors
/// When there are too many or none, or they are too long together.
pub fn json_payload(events: &[&str]) -> Result<Element, PayloadError> {
    match events {
        [event] => payload(EVENT_DATATYPE, (*event).to_owned()),
        [] => Err(PayloadError::Revisions(0)),
        events if events.len() > MAX_REVISIONS => Err(PayloadError::Revisions(events.len())),
        events => payload(EVENTS_DATATYPE, format!("[{}]", events.join(","))),
    }
}

/// The payload of a sample of the traffic.
///
/// # Errors
/// When its JSON is too long.
pub fn traffic_payload(traffic: &Traffic) -> Result<Element, PayloadError> {
    payload(TRAFFIC_DATATYPE, serde_json::to_string(traffic)?)
}

/// Whether an element is an XEP-0432 payload, of whatever datatype.
#[must_use]
pub fn is_payload(element: &Element) -> bool {
    element.is("payload", JSON_MESSAGE)
}

/// Reads the event revisions in a payload, in their order: one, or 1 to [`MAX_REVISIONS`].
///
/// # Errors
/// When it is not such a payload, is too long, or holds anything that is no event.
pub fn read_events(payload: &Element) -> Result<Vec<Event>, PayloadError> {
    let json = payload.get_child("json", JSON).filter(|_| is_payload(payload)).ok_or(PayloadError::NoJson)?;
    let bytes = json.texts().map(str::len).sum();
    if bytes > MAX_JSON_BYTES {
        return Err(PayloadError::TooLong(bytes));
    }
    let events = match payload.attr(xml_ncname!("datatype")) {
        Some(EVENT_DATATYPE) => vec![serde_json::from_str(&json.text())?],
        Some(EVENTS_DATATYPE) => serde_json::from_str::<Vec<Event>>(&json.text())?,
        other => return Err(PayloadError::Datatype(other.unwrap_or_default().to_owned())),
    };
    if events.is_empty() || events.len() > MAX_REVISIONS {
        return Err(PayloadError::Revisions(events.len()));
    }
    Ok(events)
}

fn payload(datatype: &str, json: String) -> Result<Element, PayloadError> {
    if json.len() > MAX_JSON_BYTES {
        return Err(PayloadError::TooLong(json.len()));
    }
    let json = Element::builder("json", JSON).append(escape_noncharacters(json)).build();
    Ok(Element::builder("payload", JSON_MESSAGE)
        .attr(xml_ncname!("datatype").to_owned(), datatype)
        .append(json)
        .build())
}

/// JSON that XML can carry: the two characters that JSON takes as they are and XML does not take at all are written as
/// JSON escapes. (JSON escapes control characters anyway.)
fn escape_noncharacters(json: String) -> String {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
    } else {
        json
    }
}

/// Text that XML can carry: what it cannot is left out.
fn xml_text(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'))
        .collect()
}
