//! The scenario that ships: what it stages stands in the store where and when it was staged, once.

use crate::broker::Vehicle;
use crate::live::Viewer;
use end_to_end::city::City;
use model::{Event, EventKind, Geometry, LatLon, Phase};
use serde_json::Value;
use std::time::Duration;
use testbed::{Program, workspace_folder};

const SCENARIO: &str = "simulator/scenarios/helsinki.toml";

/// Where the scenario stages its first incident of this kind.
fn staged(kind: &str) -> LatLon {
    let text = std::fs::read_to_string(workspace_folder().join(SCENARIO)).expect("the scenario that ships");
    let scenario: toml::Table = text.parse().expect("TOML");
    let incidents = scenario["incident"].as_array().expect("incidents");
    let incident =
        incidents.iter().find(|incident| incident["kind"].as_str() == Some(kind)).expect("one of this kind");
    let degrees = |name: &str| incident["place"][name].as_float().expect("a place in degrees");
    LatLon::new(degrees("lat"), degrees("lon"))
}

/// Distance from a place to the nearest point of an event's geometry, in metres.
fn distance_m(event: &Event, place: LatLon) -> f64 {
    let lines = match &event.geometry {
        Geometry::Point(point) => vec![vec![*point]],
        Geometry::LineString(line) => vec![line.clone()],
        Geometry::MultiLineString(lines) => lines.clone(),
    };
    let points = lines.into_iter().flatten().map(|[lon, lat]| LatLon::new(lat, lon));
    points.map(|point| point.distance_m(place)).fold(f64::INFINITY, f64::min)
}

/// What the simulator says of the staged incident of this kind: when it began.
async fn truth(watcher: &mut Vehicle, kind: &str) -> (i64, Value) {
    for _ in 0..200 {
        let said = watcher.hear("vigiroute/v1/simulation/truth", Duration::from_secs(90)).await;
        let said = said.expect("the simulator tells what it stages");
        if said["kind"] == kind && said["phase"] == "started" {
            let at = said["at"].as_str().and_then(model::Timestamp::parse_rfc3339).expect("a time");
            return (at.as_ms(), said);
        }
    }
    panic!("no {kind} was staged");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_scenario_stages_arrives_once_in_the_right_place_at_the_right_time() {
    let zones = workspace_folder().join("data/zones/helsinki.geojson").display().to_string();
    let programs = [Program::Collector, Program::Gateway, Program::Web];
    let mut city = City::with(&programs, &[(Program::Web, "VIGIROUTE_ZONES_SEED", &zones)]).await;
    let mut watcher =
        Vehicle::connect(&mut city.stack, "watcher", &["topic read vigiroute/v1/simulation/#"]).await;
    watcher.subscribe("vigiroute/v1/simulation/truth").await;
    let mut viewer = Viewer::connect(&city).await;
    city.start(Program::Simulator, &[]).await;

    // 300 vehicles report once a second, and the map is told of all of them.
    let traffic = viewer
        .traffic(Duration::from_secs(30), |traffic| {
            traffic["vehicles"].as_u64() == Some(300)
                && traffic["reports_per_s"].as_f64().is_some_and(|rate| rate > 270.0)
        })
        .await;
    let traffic = traffic.expect("300 vehicles in the traffic");
    assert_eq!(traffic["sample"].as_array().map(Vec::len), Some(300));
    let moving =
        traffic["sample"].as_array().into_iter().flatten().filter(|v| v[3].as_f64().is_some_and(|v| v > 1.0));
    assert!(moving.count() > 100, "most vehicles move");
    assert!(traffic["delay_s"].as_f64().is_some_and(|delay| delay < 2.0), "{}", traffic["delay_s"]);

    // The crash.
    let (crashed_ms, said) = truth(&mut watcher, "crash").await;
    let place = staged("crash");
    let near = |event: &Event| event.position.distance_m(place) < 50.0;
    let accident = city.wait_for(EventKind::Accident, 60, near).await;
    let late_ms = accident.occurred_at.as_ms() - crashed_ms;
    assert!((-1_000..10_000).contains(&late_ms), "{late_ms} ms after {said}");
    assert_eq!(accident.road.as_ref().and_then(|road| road.name.as_deref()), Some("Mannerheimintie"));
    assert_eq!(accident.vehicles.len(), 2, "{accident:?}");
    assert!(accident.confidence >= 0.9, "{accident:?}");
    assert!(accident.phase != Phase::Ended, "{accident:?}");

    // The queue behind the breakdown.
    let place = staged("breakdown");
    let jam = city.wait_for(EventKind::Jam, 180, |event| distance_m(event, place) < 50.0).await;
    assert_eq!(jam.road.as_ref().and_then(|road| road.name.as_deref()), Some("Unioninkatu"), "{jam:?}");
    assert!(jam.measures.vehicles.is_some_and(|vehicles| vehicles >= 5), "{jam:?}");
    assert!(jam.measures.mean_speed_mps.is_some_and(|speed| speed < 3.0), "{jam:?}");

    // Entries to the zones that ship, each vehicle and zone in turn.
    let entries = city.events(EventKind::ZoneEntry).await;
    assert!(entries.len() > 30, "{}", entries.len());
    assert!(entries.iter().all(|event| event.zone.is_some() && event.vehicles.len() == 1));

    // One crash is one accident, and it is on the map.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let accidents: Vec<Event> = city.events(EventKind::Accident).await;
    assert_eq!(accidents.iter().map(|event| event.id).collect::<Vec<_>>(), [accident.id], "{accidents:#?}");
    let shown = viewer.accidents().await;
    assert_eq!(shown.iter().map(|event| event.id).collect::<Vec<_>>(), [accident.id]);
}
