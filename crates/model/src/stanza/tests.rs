use super::*;
use crate::{EventId, Geometry, LatLon, Measures, Phase, RoadRef, Timestamp, VehicleId, ZoneId, ZoneRef};

fn accident() -> Event {
    let occurred_at = Timestamp::from_ms_clamped(1_760_000_000_000);
    let position = LatLon { lat: 60.17, lon: 24.94 };
    Event {
        id: EventId::derive(EventKind::Accident, occurred_at, "4711.0", ""),
        revision: 1,
        kind: EventKind::Accident,
        phase: Phase::Started,
        occurred_at,
        detected_at: occurred_at + 4_000,
        ended_at: None,
        position,
        geometry: Geometry::point(position),
        road: Some(RoadRef { id: "4711.0".into(), name: Some("Mannerheimintie".into()) }),
        zone: None,
        vehicles: ["a", "b"].map(|id| VehicleId::new(id).unwrap()).to_vec(),
        confidence: 0.9,
        cause: None,
        measures: Measures { vehicles: Some(2), ..Measures::default() },
    }
}

fn zone_exit() -> Event {
    Event {
        kind: EventKind::ZoneExit,
        road: None,
        zone: Some(ZoneRef { id: ZoneId::new("centre").unwrap(), name: "Centre".into() }),
        vehicles: vec![VehicleId::new("v1").unwrap()],
        ..accident()
    }
}

#[test]
fn an_event_comes_out_of_its_payload_as_it_went_in() {
    let payload = event_payload(&accident()).unwrap();
    assert_eq!(payload.attr(xml_ncname!("datatype")), Some("urn:vigiroute:event:1"));
    let wire = String::from(&payload);
    assert_eq!(read_events(&wire.parse().unwrap()).unwrap(), [accident()]);
}

#[test]
fn a_backlog_is_an_array_in_its_order() {
    let later = Event { revision: 2, phase: Phase::Updated, ..accident() };
    let json: Vec<String> =
        [&accident(), &later].iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let payload = json_payload(&json.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    assert_eq!(payload.attr(xml_ncname!("datatype")), Some("urn:vigiroute:events:1"));
    assert_eq!(read_events(&payload).unwrap(), [accident(), later]);
    assert_eq!(json_payload(&[&json[0]]).unwrap(), event_payload(&accident()).unwrap());
}

#[test]
fn payloads_beyond_the_bounds_are_refused() {
    let json = serde_json::to_string(&accident()).unwrap();
    let revisions = |count| json_payload(&vec![json.as_str(); count]);
    assert!(matches!(revisions(0), Err(PayloadError::Revisions(0))));
    assert!(revisions(64).is_ok());
    assert!(matches!(revisions(65), Err(PayloadError::Revisions(65))));
    let read = |datatype, json: String| read_events(&super::payload(datatype, json).unwrap());
    let many = format!("[{}]", vec![json.as_str(); 65].join(","));
    assert!(matches!(read(EVENTS_DATATYPE, many), Err(PayloadError::Revisions(65))));
    assert!(matches!(read(EVENTS_DATATYPE, "[]".into()), Err(PayloadError::Revisions(0))));

    let long = Element::builder("json", JSON).append(" ".repeat(MAX_JSON_BYTES + 1)).build();
    let long = Element::builder("payload", JSON_MESSAGE).append(long).build();
    assert!(matches!(read_events(&long), Err(PayloadError::TooLong(_))));
    assert!(matches!(json_payload(&[&" ".repeat(MAX_JSON_BYTES + 1)]), Err(PayloadError::TooLong(_))));
}

#[test]
fn what_is_no_event_is_refused_with_its_reason() {
    let read = |xml: &str| read_events(&xml.parse().unwrap()).unwrap_err().to_string();
    assert_eq!(read("<payload xmlns='urn:xmpp:json-msg:0'/>"), "no JSON payload (XEP-0432)");
    assert_eq!(
        read("<other xmlns='x'><json xmlns='urn:xmpp:json:0'/></other>"),
        "no JSON payload (XEP-0432)"
    );
    let payload = |datatype: &str, json: &str| {
        read(&format!(
            "<payload xmlns='urn:xmpp:json-msg:0' datatype='{datatype}'><json xmlns='urn:xmpp:json:0'>{json}</json></payload>"
        ))
    };
    assert_eq!(payload("urn:else", "{}"), "datatype \"urn:else\" is not an event's");
    assert!(payload(EVENT_DATATYPE, "{}").starts_with("not the JSON of an event: missing field"));
    assert!(payload(EVENT_DATATYPE, "").starts_with("not the JSON of an event: EOF"));
    assert!(payload(EVENTS_DATATYPE, "{}").starts_with("not the JSON of an event: invalid type"));
}

#[test]
fn texts_that_xml_cannot_carry_do_not_break_the_stream() {
    let mut event = zone_exit();
    let name = "bell \u{7} nul \u{0} odd \u{ffff}\u{fffe} <&\"'>";
    event.zone.as_mut().unwrap().name = name.into();
    let wire = String::from(&event_payload(&event).unwrap());
    let parsed: Element = wire.parse().unwrap();
    assert_eq!(read_events(&parsed).unwrap()[0].zone.as_ref().unwrap().name, name);
    assert_eq!(body_en(&event), "Vehicle v1 left the zone bell  nul  odd  <&\"'>");
    event.kind = EventKind::Accident;
    event.road = Some(RoadRef { id: "1".into(), name: Some("Bell\u{7}vägen".into()) });
    assert!(String::from(&geoloc(&event)).contains("<street>Bellvägen</street>"));
}

#[test]
fn people_read_a_sentence_in_their_language() {
    let event = accident();
    assert_eq!(body_en(&event), "Accident on Mannerheimintie, 2 vehicles, confidence 90 %");
    assert_eq!(body_fr(&event), "Accident sur Mannerheimintie, 2 véhicules, confiance 90 %");
    let ended = Event { phase: Phase::Ended, road: None, ..accident() };
    assert_eq!(body_en(&ended), "Accident at 60.17000, 24.94000 is over");
    assert_eq!(body_fr(&ended), "Accident à 60.17000, 24.94000 est terminé");
    assert_eq!(body_fr(&zone_exit()), "Le véhicule v1 a quitté la zone Centre");

    let measures = Measures {
        vehicles: Some(41),
        mean_speed_mps: Some(1.9),
        length_m: Some(620.4),
        delay_s: Some(140.0),
        ..Measures::default()
    };
    let jam = Event { kind: EventKind::Jam, measures, confidence: 0.93, ..accident() };
    assert_eq!(
        body_en(&jam),
        "Traffic jam on Mannerheimintie, 620 m, 41 vehicles at 7 km/h, 140 s lost, confidence 93 %"
    );
    assert_eq!(
        body_fr(&jam),
        "Bouchon sur Mannerheimintie, 620 m, 41 véhicules à 7 km/h, 140 s de retard, confiance 93 %"
    );
}

#[test]
fn the_place_is_told_as_xep_0080_says() {
    assert_eq!(
        String::from(&geoloc(&accident())),
        "<geoloc xmlns='http://jabber.org/protocol/geoloc'><lat>60.17</lat><lon>24.94</lon>\
         <street>Mannerheimintie</street><timestamp>2025-10-09T08:53:24.000Z</timestamp></geoloc>"
    );
}

#[test]
fn zone_events_share_a_node() {
    let nodes = EventKind::ALL.map(event_node);
    assert_eq!(nodes, [ACCIDENT_NODE, JAM_NODE, ZONE_NODE, ZONE_NODE]);
}
