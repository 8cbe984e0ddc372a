//! Where an event is, as XEP-0080 says it.

use super::xml_text;
use crate::{Event, round7};
use xmpp_parsers::minidom::Element;

/// Namespace of XEP-0080.
pub const GEOLOC: &str = "http://jabber.org/protocol/geoloc";

/// The `<geoloc>` of an event: place, road and the time it is true of.
#[must_use]
pub fn geoloc(event: &Event) -> Element {
    let field = |name: &str, text: String| Element::builder(name, GEOLOC).append(text).build();
    let mut fields = vec![
        field("lat", round7(event.position.lat).to_string()),
        field("lon", round7(event.position.lon).to_string()),
    ];
    if let Some(name) = event.road.as_ref().and_then(|road| road.name.as_ref()) {
        fields.push(field("street", xml_text(name)));
    }
    fields.push(field("timestamp", event.detected_at.to_string()));
    Element::builder("geoloc", GEOLOC).append_all(fields).build()
}
