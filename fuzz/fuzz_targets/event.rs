//! Events as JSON and as XMPP carries them: what is read as an event says the same when it is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Event;
use model::stanza::{EVENT_DATATYPE, EVENTS_DATATYPE, JSON, JSON_MESSAGE, MAX_REVISIONS};
use model::stanza::{body_en, body_fr, event_payload, geoloc, read_events};
use xmpp_parsers::minidom::Element;

fuzz_target!(|input: &[u8]| {
    // An XML element as it comes off the wire …
    if let Ok(element) = Element::from_reader(input) {
        check(read_events(&element).unwrap_or_default());
    }
    // … or the JSON inside of it.
    let Ok(text) = std::str::from_utf8(input) else { return };
    for datatype in [EVENT_DATATYPE, EVENTS_DATATYPE] {
        let json = Element::builder("json", JSON).append(text).build();
        let payload =
            Element::builder("payload", JSON_MESSAGE).attr(xml_name(), datatype).append(json).build();
        check(read_events(&payload).unwrap_or_default());
    }
});

fn xml_name() -> xmpp_parsers::minidom::rxml::NcName {
    xmpp_parsers::minidom::rxml::xml_ncname!("datatype").to_owned()
}

fn check(events: Vec<Event>) {
    assert!(events.len() <= MAX_REVISIONS);
    for event in events {
        let _ = (body_en(&event), body_fr(&event), geoloc(&event));
        let Ok(payload) = event_payload(&event) else { continue };
        let wire = String::from(&payload);
        let payload: Element = wire.parse().expect("what was written is XML");
        let again = read_events(&payload).expect("what was written can be read");
        assert_eq!(again.len(), 1);
        assert_eq!(without_numbers(&again[0]), without_numbers(&event), "{wire}");
    }
}

/// An event without its numbers that have a fraction: decimals read and written again may differ in their last digit.
fn without_numbers(event: &Event) -> Event {
    let mut event = event.clone();
    event.position = model::LatLon::new(0.0, 0.0);
    event.geometry = model::Geometry::Point([0.0, 0.0]);
    event.confidence = 0.0;
    event.measures = model::Measures { vehicles: event.measures.vehicles, ..model::Measures::default() };
    event
}
