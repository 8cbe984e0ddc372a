//! Playing recordings.

use std::io::Write;
use std::time::{Duration, Instant};

use model::codec::{Report, decode};
use model::topic::Topic;

use super::world::World;

/// A tram that drives north-east, ten messages in 1.8 s, as the public feed of Helsinki has them: spaces and null values
/// as they come, one message twice, one of another kind.
fn recording() -> String {
    let mut lines = String::new();
    for n in 0..10_i64 {
        let (received, kind, key) = (
            1_790_657_595_404 + n * 200,
            if n == 4 { "vjout" } else { "vp" },
            if n == 4 { "VJOUT" } else { "VP" },
        );
        let tsi = received / 1_000;
        lines.push_str(&format!(
            "{{\"topic\": \"/hfp/v2/journey/ongoing/{kind}/tram/0040/00417/1006/1/Länsiterminaali/07:53/1140450/3/60;24/19/82/16\", \
             \"received\": {received}, \"payload\": {{\"{key}\": {{\"desi\": \"6\", \"oper\": 40, \"veh\": 417, \
             \"tst\": \"2026-09-29T04:53:{:02}.{:03}Z\", \"tsi\": {tsi}, \"spd\": 2.9{n}, \"hdg\": 88, \"lat\": 60.18{n:04}, \
             \"long\": 24.9260{n}, \"acc\": 0.0, \"stop\": null}}}}}}\n",
            15 + (404 + n * 200) / 1_000,
            (404 + n * 200) % 1_000,
        ));
    }
    lines
}

fn lines_of(recording: &str) -> Vec<(String, String)> {
    let fields = |line: &str| {
        let line: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        line["topic"].as_str().unwrap().to_owned()
    };
    let payload = |line: &str| {
        let start = line.find("\"payload\": ").unwrap() + "\"payload\": ".len();
        line[start..line.len() - 1].to_owned()
    };
    recording.lines().map(|line| (fields(line), payload(line))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_played_byte_for_byte_at_its_own_pace() {
    let world = World::start().await;
    let mut incoming = world.watch("watch", &["/hfp/#"]).await;
    let path = world.write("trams.ndjson", recording());
    let begun = Instant::now();
    let output = world.program(&["replay", path.to_str().unwrap()]).output().await.unwrap();
    let took = begun.elapsed();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(took > Duration::from_millis(1_750) && took < Duration::from_secs(6), "{took:?}");
    assert!(said.contains("10 messages"), "{said}");
    let played: Vec<(String, String)> = incoming
        .messages_for(Duration::from_secs(1))
        .await
        .into_iter()
        .map(|message| (message.topic, String::from_utf8(message.payload.to_vec()).unwrap()))
        .collect();
    assert_eq!(played, lines_of(&recording()));

    let mut positions = 0;
    for (topic, payload) in &played {
        let topic = Topic::parse(topic).unwrap();
        decode(&topic, payload.as_bytes(), |report| {
            if let Ok(Report::Position(report)) = report {
                assert_eq!(report.vehicle.as_str(), "hsl:0040:00417");
                positions += 1;
            }
        });
    }
    assert!(positions >= 9, "{positions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn compressed_recordings_play_too_and_faster_on_request() {
    let world = World::start().await;
    let mut incoming = world.watch("watch", &["/hfp/#"]).await;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(recording().as_bytes()).unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let zstd = ruzstd::encoding::compress_to_vec(recording().as_bytes(), level);
    for (name, bytes) in [("t.ndjson.gz", gzip.finish().unwrap()), ("t.ndjson.zst", zstd)] {
        let path = world.write(name, bytes);
        let begun = Instant::now();
        let arguments = ["replay", path.to_str().unwrap(), "--speed", "0"];
        let output = world.program(&arguments).output().await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(begun.elapsed() < Duration::from_millis(1_700), "{:?}", begun.elapsed());
        let played = incoming.messages_for(Duration::from_millis(500)).await;
        assert_eq!(played.len(), 10, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_no_message_are_left_out_and_told_of() {
    let world = World::start().await;
    let mut incoming = world.watch("watch", &["vigiroute/#"]).await;
    let good = r#"{"topic":"vigiroute/v1/vehicles/v1/position","received":1760000000123,"payload":{"ts":1,"lat":60.0,"lon":25.00}}"#;
    let wild = r#"{"topic":"vigiroute/+/x","received":1760000000124,"payload":{}}"#;
    let path =
        world.write("mixed.ndjson", format!("{good}\nnot json\n\n{{\"topic\":\"x\"}}\n{wild}\n{good}"));
    let output = world.program(&["replay", path.to_str().unwrap()]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("2 messages") && said.contains("3 lines unreadable"), "{said}");
    let played = incoming.messages_for(Duration::from_millis(500)).await;
    let payloads: Vec<&[u8]> = played.iter().map(|message| &message.payload[..]).collect();
    assert_eq!(payloads, [br#"{"ts":1,"lat":60.0,"lon":25.00}"#; 2]);

    let empty = world.write("empty.ndjson", "");
    let output = world.program(&["replay", empty.to_str().unwrap()]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds no message"));
}

#[tokio::test(flavor = "multi_thread")]
async fn floating_car_data_becomes_reports_dated_up_to_now() {
    let world = World::start().await;
    let mut incoming = world.watch("watch", &["vigiroute/#"]).await;
    let mut text = String::from("<?xml version=\"1.0\"?>\n<!-- made by SUMO -->\n<fcd-export>\n");
    for step in 0..4 {
        text.push_str(&format!(
            "<timestep time=\"{step}.00\"><vehicle id=\"a\" x=\"24.9{step}\" y=\"60.1\" angle=\"90\" type=\"bus\" speed=\"9\"/></timestep>\n"
        ));
    }
    text.push_str("</fcd-export>");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let path = world.write("fcd.xml.gz", gzip.finish().unwrap());
    let output = world.program(&["replay", path.to_str().unwrap(), "--speed", "0"]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("100 %") && said.contains("4 messages"), "{said}");
    let played = incoming.messages_for(Duration::from_millis(500)).await;
    let mut times = Vec::new();
    for message in &played {
        decode(&Topic::parse(&message.topic).unwrap(), &message.payload, |report| {
            let Ok(Report::Position(report)) = report else { panic!("not a position") };
            assert_eq!((report.vehicle.as_str(), report.kind), ("a", Some(model::VehicleKind::Bus)));
            times.push(report.ts.as_ms());
        });
    }
    let now_ms = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
    assert_eq!(times.iter().map(|ms| ms - times[0]).collect::<Vec<_>>(), [0, 1_000, 2_000, 3_000]);
    assert!((0..30_000).contains(&(now_ms - times[3])), "{}", now_ms - times[3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_recording_says_what_it_is() {
    let world = World::start().await;
    let path = world.write("net.xml", "<net version=\"1.0\"/>");
    let output = world.program(&["replay", path.to_str().unwrap()]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("<net>") && said.contains("neither"), "{said}");
}
