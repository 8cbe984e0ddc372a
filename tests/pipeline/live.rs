//! A browser's view of the chain, without the browser: a guest's session over the web program's BOSH proxy.

use crate::broker::Vehicle;
use end_to_end::city::City;
use model::{Event, EventKind, Phase};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testbed::DOMAIN;
use testbed::bosh::{Guest, Notice};
use xmpp_parsers::minidom::Element;

const TRAFFIC: &str = "urn:vigiroute:traffic";
const ACCIDENTS: &str = "urn:vigiroute:event:accident";

/// A guest that follows every node.
pub struct Viewer {
    guest: Guest,
    pubsub: String,
}

/// The JSON inside a published item.
fn json_of(payload: &Element) -> Value {
    let json = payload.get_child("json", "urn:xmpp:json:0").map(Element::text).unwrap_or_default();
    serde_json::from_str(&json).unwrap_or(Value::Null)
}

impl Viewer {
    pub async fn connect(city: &City) -> Self {
        let (status, live) = city.get("/api/v1/live").await;
        assert_eq!(status, 200, "{live}");
        assert_eq!(live["domain"], json!(format!("live.{DOMAIN}")));
        let url = format!("{}{}", city.stack.web_url(), live["bosh"].as_str().unwrap_or_default());
        let mut guest = Guest::connect(&url, &format!("live.{DOMAIN}")).await.expect("a guest's session");
        let pubsub = live["pubsub"].as_str().unwrap_or_default().to_owned();
        for node in live["nodes"].as_object().expect("nodes").values() {
            let node = node.as_str().unwrap_or_default();
            guest.subscribe(&pubsub, node).await.unwrap_or_else(|error| panic!("{node}: {error}"));
        }
        Self { guest, pubsub }
    }

    /// The first sample of the traffic that fits.
    pub async fn traffic(&mut self, within: Duration, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let notice = self.notice(within, |notice| match notice {
            Notice::Published { node, payload, .. } => node == TRAFFIC && fits(&json_of(payload)),
            Notice::Retracted { .. } => false,
        });
        match notice.await? {
            Notice::Published { payload, .. } => Some(json_of(&payload)),
            Notice::Retracted { .. } => None,
        }
    }

    pub async fn notice(&mut self, within: Duration, fits: impl Fn(&Notice) -> bool) -> Option<Notice> {
        let started = Instant::now();
        while started.elapsed() < within {
            let notices = self.guest.next_notices(Duration::from_secs(1)).await.expect("the session goes on");
            if let Some(notice) = notices.into_iter().find(&fits) {
                return Some(notice);
            }
        }
        None
    }

    /// What the node of accidents holds now.
    pub async fn accidents(&mut self) -> Vec<Event> {
        let items = self.guest.items(&self.pubsub, ACCIDENTS).await.expect("the node's items");
        items.iter().map(|(_, payload)| serde_json::from_value(json_of(payload)).expect("an event")).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accident_comes_to_the_browser_stays_while_it_lasts_and_goes() {
    let mut city = City::quiet().await;
    let mut vehicle = Vehicle::connect(&mut city.stack, "tester", &["topic write #"]).await;
    let mut viewer = Viewer::connect(&city).await;
    assert_eq!(viewer.accidents().await, []);
    for name in ["a", "b"] {
        vehicle.accident(name, 60.1697, 24.9402).await;
    }
    let is_accident = |notice: &Notice| matches!(notice, Notice::Published { node, .. } if node == ACCIDENTS);
    let notice = viewer.notice(Duration::from_secs(10), is_accident).await;
    let Some(Notice::Published { id, payload, .. }) = notice else { panic!("{notice:?}") };
    let heard: Event = serde_json::from_value(json_of(&payload)).expect("an event");
    assert_eq!((heard.phase, heard.id.to_string(), heard.vehicles.len()), (Phase::Started, id.clone(), 2));
    // What the map shows is what is stored.
    let stored = city.wait_for(EventKind::Accident, 1, |_| true).await;
    assert_eq!(stored, heard);
    assert_eq!(viewer.accidents().await, [heard]);

    for name in ["a", "b"] {
        let now = crate::broker::now_ms();
        let cancel = json!({"ts": now, "lat": 60.1697, "lon": 24.9402, "cause": 2, "cancel": true});
        vehicle.publish(&format!("vigiroute/v1/vehicles/{name}/hazard"), cancel.to_string()).await;
    }
    let is_gone = |notice: &Notice| matches!(notice, Notice::Retracted { id: gone, .. } if *gone == id);
    assert!(viewer.notice(Duration::from_secs(10), is_gone).await.is_some(), "it was not retracted");
    assert_eq!(viewer.accidents().await, []);
    let stored = city.wait_for(EventKind::Accident, 1, |event| event.phase == Phase::Ended).await;
    assert_eq!(stored.revision, 2);
    let (_, body) = city.get(&format!("/api/v1/events/{id}")).await;
    let revisions: Vec<_> =
        body["revisions"].as_array().into_iter().flatten().map(|r| r["revision"].clone()).collect();
    assert_eq!(revisions, [json!(1), json!(2)]);
}
