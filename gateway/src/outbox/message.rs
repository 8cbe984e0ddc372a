//! The message that carries event revisions.

use super::window::Parcel;
use anyhow::Context;
use link::xmpp::{Jid, Message};
use model::Event;
use model::stanza::{body_en, body_fr, geoloc, json_payload};
use xmpp_parsers::message::Id;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::ns;

/// Makes the message of a parcel: the payload, a receipt asked for, and words for people.
pub fn message(parcel: &Parcel, to: &Jid) -> anyhow::Result<Message> {
    let json: Vec<&str> = parcel.revisions.iter().map(String::as_str).collect();
    let mut message = Message::normal(to.clone());
    message.id = Some(Id(parcel.id.clone()));
    message.payloads.push(json_payload(&json).with_context(|| format!("message {}", parcel.id))?);
    let [alone] = json[..] else {
        let count = json.len();
        message.bodies.insert("en".into(), format!("{count} events"));
        message.bodies.insert("fr".into(), format!("{count} événements"));
        finish(&mut message, parcel);
        return Ok(message);
    };
    let event: Event =
        serde_json::from_str(alone).with_context(|| format!("the event of message {}", parcel.id))?;
    message.bodies.insert("en".into(), body_en(&event));
    message.bodies.insert("fr".into(), body_fr(&event));
    message.payloads.push(geoloc(&event));
    finish(&mut message, parcel);
    Ok(message)
}

fn finish(message: &mut Message, parcel: &Parcel) {
    message.payloads.push(Element::bare("request", ns::RECEIPTS));
    if parcel.again {
        // The server's archive has it from the first time.
        message.payloads.push(Element::bare("no-store", "urn:xmpp:hints"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::event;
    use model::stanza::{is_payload, read_events};
    use xmpp_parsers::receipts::Request;

    fn parcel(revisions: &[Event], again: bool) -> Parcel {
        let revisions = revisions.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        Parcel { id: "ab-1-1".into(), revisions, again }
    }

    fn to() -> Jid {
        Jid::new("collector@vigiroute.local/collector").unwrap()
    }

    #[test]
    fn one_revision_travels_with_words_place_and_a_receipt_asked_for() {
        let mut message = message(&parcel(&[event(1, 1)], false), &to()).unwrap();
        assert_eq!(message.id, Some(Id("ab-1-1".into())));
        assert_eq!(message.type_, xmpp_parsers::message::MessageType::Normal);
        assert_eq!(message.bodies["en"], "Accident at 60.17000, 24.94000, confidence 90 %");
        assert_eq!(message.bodies["fr"], "Accident à 60.17000, 24.94000, confiance 90 %");
        let payload = message.payloads.iter().find(|payload| is_payload(payload)).unwrap();
        assert_eq!(read_events(payload).unwrap(), [event(1, 1)]);
        assert!(message.payloads.iter().any(|payload| payload.name() == "geoloc"));
        assert!(message.extract_payload::<Request>().unwrap().is_some());
    }

    #[test]
    fn a_backlog_travels_as_an_array_and_is_archived_once() {
        let message = message(&parcel(&[event(1, 1), event(1, 2)], true), &to()).unwrap();
        assert_eq!(message.bodies["fr"], "2 événements");
        let payload = message.payloads.iter().find(|payload| is_payload(payload)).unwrap();
        assert_eq!(read_events(payload).unwrap(), [event(1, 1), event(1, 2)]);
        assert!(message.payloads.iter().any(|payload| payload.is("no-store", "urn:xmpp:hints")));
    }
}
