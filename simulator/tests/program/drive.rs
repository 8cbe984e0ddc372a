//! Driving a scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::codec::{Report, decode};
use model::topic::Topic;
use model::{HazardReport, LatLon, PositionReport};
use serde_json::Value;

use super::world::World;

const SCENARIO: &str = r#"
vehicles = 300
gps_noise_m = 2.0
[[through]]
place = { lat = 60.16731, lon = 24.94259, heading = 323 }
share = 0.2
[[incident]]
kind = "crash"
place = { lat = 60.16731, lon = 24.94259, heading = 323 }
at_s = 1.0
duration_s = 20.0
"#;

const CRASH: LatLon = LatLon::new(60.16731, 24.94259);

#[derive(Default)]
struct Seen {
    positions: Vec<PositionReport>,
    hazards: Vec<HazardReport>,
    truths: Vec<Value>,
    /// The last status of each vehicle and connection.
    states: BTreeMap<String, Value>,
    scenario: Option<Value>,
}

impl Seen {
    fn take(&mut self, messages: &[link::mqtt::Message]) {
        for message in messages {
            let json = || serde_json::from_slice::<Value>(&message.payload).unwrap();
            match message.topic.as_str() {
                "vigiroute/v1/simulation/scenario" => self.scenario = Some(json()),
                "vigiroute/v1/simulation/truth" => self.truths.push(json()),
                topic if topic.ends_with("/status") => {
                    self.states.insert(topic.split('/').nth(3).unwrap().to_owned(), json());
                }
                topic => {
                    decode(&Topic::parse(topic).unwrap(), &message.payload, |report| match report.unwrap() {
                        Report::Position(report) => self.positions.push(report),
                        Report::Hazard(report) => self.hazards.push(report),
                    })
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_vehicles_report_every_second_and_two_of_them_crash() {
    let world = World::start().await;
    let mut incoming = world.watch("watch-1", &["vigiroute/#"]).await;
    let simulator = world.drive(&world.write("crash.toml", SCENARIO));
    let mut seen = Seen::default();
    // Until the vehicles are under way.
    while seen.positions.len() < 300 {
        seen.take(&incoming.messages_for(Duration::from_millis(200)).await);
    }
    seen.positions.clear();
    let measured = incoming.messages_for(Duration::from_secs(5)).await;
    seen.take(&measured);
    let count = seen.positions.len();
    assert!((1_440..=1_560).contains(&count), "{count} reports in 5 s");
    let vehicles: BTreeSet<_> = seen.positions.iter().map(|report| report.vehicle.clone()).collect();
    assert_eq!(vehicles.len(), 300);
    let network = model::LatLon::new(60.1715, 24.944);
    assert!(seen.positions.iter().all(|report| report.position.distance_m(network) < 2_000.0));
    assert!(seen.positions.iter().all(|report| report.accuracy_m == Some(2.0) && report.kind.is_some()));
    let now_ms = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
    let newest_ms = seen.positions.iter().map(|report| report.ts.as_ms()).max().unwrap();
    assert!((now_ms - newest_ms).abs() < 1_000, "the newest report is {} ms old", now_ms - newest_ms);

    let begun = std::time::Instant::now();
    while !seen.hazards.iter().any(|hazard| hazard.cancel) && begun.elapsed() < Duration::from_secs(60) {
        seen.take(&incoming.messages_for(Duration::from_millis(500)).await);
    }
    seen.take(&incoming.messages_for(Duration::from_millis(500)).await);
    let crashed: BTreeSet<_> = seen.hazards.iter().map(|hazard| hazard.vehicle.clone()).collect();
    assert_eq!(crashed.len(), 2, "{:?}", seen.hazards);
    assert!(seen.hazards.iter().all(|hazard| hazard.cause.code == 2));
    assert!(seen.hazards.iter().all(|hazard| hazard.position.distance_m(CRASH) < 25.0));
    assert_eq!(seen.hazards.iter().filter(|hazard| hazard.cancel).count(), 2);
    // Jams come about too, before lights.
    seen.truths.retain(|truth| truth["kind"] == "crash");
    let phases: Vec<_> = seen.truths.iter().map(|truth| truth["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["started", "updated", "ended"]);
    assert_eq!(seen.truths[1]["road"]["name"], "Mannerheimintie");
    let known: BTreeSet<_> =
        seen.truths[1]["vehicles"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(known, crashed.iter().map(model::VehicleId::as_str).collect());

    let mut late =
        world.watch("watch-2", &["vigiroute/v1/vehicles/+/status", "vigiroute/v1/simulation/scenario"]).await;
    let retained = late.messages_for(Duration::from_secs(1)).await;
    assert!(retained.iter().all(|message| message.retain));
    let mut told = Seen::default();
    told.take(&retained);
    assert_eq!(told.states.len(), 302, "300 vehicles and 2 connections");
    assert!(told.states.values().all(|state| state["online"] == true));
    assert_eq!(told.states["sim-0001"]["via"], "sim-link-0");
    let scenario = told.scenario.unwrap();
    assert_eq!((&scenario["running"], &scenario["vehicles"]), (&Value::Bool(true), &Value::from(300)));
    assert_eq!(scenario["incidents"], serde_json::json!([]), "the crash is over");

    let said = simulator.end().await;
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    let mut told = Seen::default();
    told.take(&late.messages_for(Duration::from_secs(1)).await);
    assert_eq!(told.states.len(), 302);
    assert!(told.states.values().all(|state| state["online"] == false));
    assert_eq!(told.scenario.unwrap()["running"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_program_dies_its_connections_are_told_to_be_offline() {
    let world = World::start().await;
    let mut incoming = world.watch("watch", &["vigiroute/v1/vehicles/+/status"]).await;
    let simulator = world.drive(&world.write("few.toml", "vehicles = 20\nwarm_up_s = 0\n"));
    let mut seen = Seen::default();
    while seen.states.len() < 22 {
        seen.take(&incoming.messages_for(Duration::from_millis(100)).await);
    }
    simulator.kill().await;
    seen.take(&incoming.messages_for(Duration::from_secs(2)).await);
    for link in ["sim-link-0", "sim-link-1"] {
        assert_eq!(seen.states[link]["online"], false, "{link}");
    }
    assert_eq!(seen.states["sim-0001"]["online"], true);
}
