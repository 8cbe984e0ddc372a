//! Helsinki's own trams: the public feed's form, over a bridge, into events and onto the map.

use crate::broker::now_ms;
use crate::live::Viewer;
use end_to_end::city::City;
use model::{DropReason, EventKind, Timestamp};
use serde_json::json;
use std::fmt::Write;
use std::time::{Duration, Instant};
use testbed::{Bridge, Feed, FeedAddress, Folder, Program, Running, programs_folder};

/// One line of a recording in the feed's form; `lat` = `None` has no fix.
fn line(received: i64, vehicle: &str, lat: Option<f64>) -> String {
    let topic = format!(
        "/hfp/v2/journey/ongoing/vp/tram/0040/{vehicle}/1008/1/Länsiterminaali T1/07:53//3/60;24/19/82/16"
    );
    let values = json!({"desi": "8", "dir": "1", "oper": 40, "veh": 433, "tst": Timestamp::from_ms_clamped(received).to_string(),
        "tsi": received / 1_000, "spd": lat.map(|_| 88.9), "hdg": lat.map(|_| 0), "lat": lat, "long": lat.map(|_| 24.9402),
        "acc": lat.map(|_| 0.0), "dl": -11, "odo": 19, "drst": 0, "oday": "2026-09-29", "jrn": 288, "line": 38,
        "start": "07:53", "loc": "GPS", "stop": null, "route": "1008", "occu": 0});
    json!({"topic": topic, "received": received, "payload": {"VP": values}}).to_string()
}

/// A tram drives north through the zone; each message comes up to four times; another has no fix.
fn recording() -> String {
    let mut text = String::new();
    let begin = now_ms();
    for quarter in 0..20_u32 {
        let received = begin + i64::from(quarter) * 250;
        let lat = 60.1660 + f64::from(quarter) * 0.0002;
        for _ in 0..=(quarter % 4) {
            let _ = writeln!(text, "{}", line(received, "00433", Some(lat)));
        }
        let _ = writeln!(text, "{}", line(received, "00424", None));
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tram_of_the_public_feed_enters_a_zone_and_is_on_the_map() {
    let city = City::quiet().await;
    let zone = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [24.9402, 60.1680]},
        "properties": {"id": "stop", "name": "Stop", "radius_m": 100}});
    assert!(matches!(city.ask("PUT", "/api/v1/zones/stop", Some(&zone)).await.0, 200 | 201));

    let folder = Folder::temporary().expect("a folder");
    let feed = Feed::start(&folder).await.expect("the feed starts");
    let address = FeedAddress::parse(&format!("mqtt://127.0.0.1:{}", feed.port())).expect("an address");
    let bridge =
        Bridge::start(city.stack.folder(), &city.stack.mosquitto, &address).await.expect("the bridge");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut viewer = Viewer::connect(&city).await;

    let path = folder.path().join("trams.ndjson");
    std::fs::write(&path, recording()).expect("a file");
    let port = feed.port().to_string();
    let path = path.display().to_string();
    let mut replay = Running::start_from(
        programs_folder().join("simulator"),
        Program::Simulator,
        &["replay", &path],
        &city.stack,
        &[("VIGIROUTE_MQTT_PORT", &port)],
    )
    .expect("the simulator was built");
    let entry = city.wait_for(EventKind::ZoneEntry, 15, |_| true).await;
    assert_eq!(entry.vehicles[0].as_str(), "hsl:0040:00433");
    city.wait_for(EventKind::ZoneExit, 15, |_| true).await;
    let status = replay.wait(Duration::from_secs(20)).await;
    assert!(status.is_some_and(|status| status.success()), "{status:?}\n{}", replay.tail());

    let seen = viewer
        .traffic(Duration::from_secs(10), |traffic| {
            let sample = traffic["sample"].as_array().cloned().unwrap_or_default();
            sample.iter().any(|vehicle| vehicle[0] == "hsl:0040:00433")
        })
        .await;
    assert!(seen.is_some(), "the tram is not in the traffic");

    // What a live feed brings besides: repeats and vehicles without a fix.
    let started = Instant::now();
    let count = |reason: DropReason| format!("reason=\"{reason}\"");
    loop {
        let name = "vigiroute_gateway_reports_dropped_total";
        let missing = city.metric(Program::Gateway, name, &count(DropReason::MissingField)).await;
        let repeated = city.metric(Program::Gateway, name, &count(DropReason::Duplicate)).await;
        if (missing - 20.0).abs() < 0.5 && (repeated - 30.0).abs() < 0.5 {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{missing} without a fix, {repeated} repeats");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(city.events(EventKind::ZoneEntry).await.len(), 1);
    drop(bridge);
}
