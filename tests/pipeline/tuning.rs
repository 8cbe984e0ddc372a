//! A simulation is changed while it runs: each change is seen within a second.

use crate::broker::Vehicle;
use end_to_end::city::City;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};
use testbed::{Folder, Program, Running, programs_folder};

const SCENARIO: &str = "vehicles = 100\nwarm_up_s = 20.0\ngps_noise_m = 2.0\n";
/// A change is seen within this time.
const WITHIN: Duration = Duration::from_secs(1);

/// A simulation, and somebody who hears all of it.
struct Watched {
    city: City,
    watcher: Vehicle,
    _folder: Folder,
}

impl Watched {
    async fn start() -> Self {
        let folder = Folder::temporary().expect("a folder");
        let path = folder.path().join("tuned.toml");
        std::fs::write(&path, SCENARIO).expect("a file");
        let path = path.display().to_string();
        let mut city = City::quiet().await;
        let mut watcher = Vehicle::connect(&mut city.stack, "watcher", &["topic read vigiroute/#"]).await;
        watcher.subscribe("vigiroute/v1/#").await;
        city.start(Program::Simulator, &[("VIGIROUTE_SCENARIO", &path)]).await;
        let mut watched = Self { city, watcher, _folder: folder };
        // Until all are under way.
        let mut seen = BTreeSet::new();
        while seen.len() < 100 {
            let (topic, _) = watched.next("position").await;
            seen.insert(topic);
        }
        watched
    }

    /// The next message whose topic ends like this, within a while.
    async fn next(&mut self, end: &str) -> (String, Value) {
        self.watcher
            .hear_where(Duration::from_secs(30), |topic| topic.ends_with(end))
            .await
            .expect("a message")
    }

    /// Changes something and waits until it is seen in messages whose topics end like this.
    async fn change(&mut self, change: Value, end: &str, mut is_seen: impl FnMut(&str, &Value) -> bool) {
        // What was on its way before is none of the effect.
        self.watcher.forget();
        let asked = Instant::now();
        let (status, body) = self.city.ask_json("PATCH", "/api/v1/simulation", &change).await;
        assert_eq!(status, 200, "{change}: {body}");
        for (name, value) in change.as_object().expect("an object") {
            assert_eq!(body[name].as_f64(), value.as_f64(), "{name} in {body}");
        }
        while asked.elapsed() < WITHIN {
            let left = WITHIN.saturating_sub(asked.elapsed());
            let Some((topic, message)) = self.watcher.hear_where(left, |topic| topic.ends_with(end)).await
            else {
                break;
            };
            if is_seen(&topic, &message) {
                eprintln!("{change} seen after {:?}", asked.elapsed());
                return;
            }
        }
        panic!("{change} is not seen within {WITHIN:?}");
    }
}

/// Counts different topics until there are so many.
fn different(count: usize) -> impl FnMut(&str) -> bool {
    let mut seen = BTreeSet::new();
    move |topic| {
        seen.insert(topic.to_owned());
        seen.len() >= count
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tuning_takes_effect_within_a_second() {
    let mut watched = Watched::start().await;

    let mut came = different(60);
    let online = |message: &Value| message["online"] == true;
    watched.change(json!({"vehicles": 160}), "status", |topic, message| online(message) && came(topic)).await;
    let mut left = different(120);
    watched
        .change(json!({"vehicles": 40}), "status", |topic, message| message.is_null() && left(topic))
        .await;
    let mut silent = different(8);
    watched
        .change(json!({"report_share": 0.5}), "status", |topic, message| message.is_null() && silent(topic))
        .await;
    let mut again = different(8);
    watched
        .change(json!({"report_share": 1.0}), "status", |topic, message| online(message) && again(topic))
        .await;

    let says = |value: f64| {
        move |_: &str, message: &Value| {
            message["accuracy"].as_f64().is_some_and(|metres| (metres - value).abs() < 0.1)
        }
    };
    watched.change(json!({"gps_noise_m": 50}), "position", says(50.0)).await;
    let mut often = 0;
    watched
        .change(json!({"report_interval_s": 0.2, "gps_noise_m": 2}), "position", |_, _| {
            often += 1;
            often >= 100
        })
        .await;

    // Time stands still, then runs faster until it has made up for it.
    watched.change(json!({"speed": 0}), "scenario", |_, message| message["speed"] == 0.0).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    watched.watcher.forget();
    let silence =
        watched.watcher.hear_where(Duration::from_secs(1), |topic| topic.ends_with("position")).await;
    assert_eq!(silence, None, "time stands still");
    let mut span: Option<(i64, Instant)> = None;
    watched
        .change(json!({"speed": 4}), "position", |_, message| {
            let ts = message["ts"].as_i64().expect("a time");
            let (first, since) = *span.get_or_insert((ts, Instant::now()));
            let elapsed_ms = i64::try_from(since.elapsed().as_millis()).expect("a short time");
            elapsed_ms > 300 && ts - first > 2 * elapsed_ms
        })
        .await;
    let (_, message) = loop {
        let (topic, message) = watched.next("simulation/scenario").await;
        if message["speed"] == 1.0 {
            break (topic, message);
        }
    };
    assert_eq!(message["running"], true);
    let (status, refused) = watched.city.ask_json("PATCH", "/api/v1/simulation", &json!({"speed": 4})).await;
    assert_eq!((status, &refused["parameter"]), (400, &json!("speed")), "{refused}");

    // In heavy rain everybody brakes who was fast.
    let mut fast = VecDeque::new();
    watched
        .change(json!({"weather": 0.4}), "position", |_, message| {
            let value = |name: &str| message[name].as_f64().expect("a number");
            if value("speed") > 7.0 {
                fast.push_back(value("acceleration") < -0.5);
                fast.drain(..fast.len().saturating_sub(10));
            }
            fast.len() == 10 && fast.iter().filter(|brakes| **brakes).count() >= 9
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incidents_are_staged_and_cleared_at_a_point_of_the_map() {
    let mut watched = Watched::start().await;
    let place = json!({"lat": 60.16731, "lon": 24.94259, "heading": 323});
    let order =
        json!({"id": "mine", "kind": "lane_closure", "place": place, "lanes": [0], "duration_s": 300});
    let asked = Instant::now();
    let (status, staged) = watched.city.ask_json("POST", "/api/v1/simulation/incidents", &order).await;
    assert_eq!(
        (status, &staged["id"], &staged["kind"]),
        (201, &json!("mine"), &json!("lane_closure")),
        "{staged}"
    );
    let (_, truth) = watched.next("truth").await;
    assert!(asked.elapsed() < WITHIN, "{:?}", asked.elapsed());
    assert_eq!((&truth["id"], &truth["phase"]), (&json!("mine"), &json!("started")), "{truth}");
    assert_eq!(truth["road"]["name"], "Mannerheimintie");

    let asked = Instant::now();
    let (status, _) = watched.city.ask("DELETE", "/api/v1/simulation/incidents/mine", None).await;
    assert_eq!(status, 204);
    let (_, truth) = watched.next("truth").await;
    assert!(asked.elapsed() < WITHIN, "{:?}", asked.elapsed());
    assert_eq!((&truth["id"], &truth["phase"]), (&json!("mine"), &json!("ended")), "{truth}");
    assert_eq!(watched.city.ask("DELETE", "/api/v1/simulation/incidents/mine", None).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_changes_nothing_and_says_why() {
    let watched = Watched::start().await;
    let (_, before) = watched.city.get("/api/v1/simulation").await;
    let far = json!({"kind": "crash", "place": {"lat": 0, "lon": 0}});
    let lane = json!({"kind": "lane_closure", "place": {"lat": 60.16731, "lon": 24.94259}, "lanes": [9]});
    for (method, path, body, parameter) in [
        ("PATCH", "/api/v1/simulation", json!({"vehicles": 0, "gps_noise_m": 7}), "vehicles"),
        // Only the simulator knows how much room there is.
        ("PATCH", "/api/v1/simulation", json!({"vehicles": 99_999, "gps_noise_m": 7}), "vehicles"),
        ("PATCH", "/api/v1/simulation", json!({"wetter": 1}), "wetter"),
        ("POST", "/api/v1/simulation/incidents", json!({"kind": "fire"}), "kind"),
        ("POST", "/api/v1/simulation/incidents", far, "place"),
        ("POST", "/api/v1/simulation/incidents", lane, "lanes"),
    ] {
        let (status, problem) = watched.city.ask_json(method, path, &body).await;
        assert_eq!((status, problem["parameter"].as_str()), (400, Some(parameter)), "{body}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{problem}");
    }
    let (_, after) = watched.city.get("/api/v1/simulation").await;
    assert_eq!(before, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_changes_a_simulation_and_tells_what_it_answers() {
    let watched = Watched::start().await;
    let set = |arguments: &'static [&'static str]| {
        let binary = programs_folder().join("simulator");
        Running::start_from(binary, Program::Simulator, arguments, &watched.city.stack, &[])
            .expect("it was built")
    };
    let mut right = set(&["set", "vehicles=70", "gps_noise_m=5"]);
    let status = right.wait(Duration::from_secs(10)).await;
    assert!(status.is_some_and(|status| status.success()), "{status:?}\n{}", right.tail());
    let (_, now) = watched.city.get("/api/v1/simulation").await;
    assert_eq!((&now["vehicles"], &now["gps_noise_m"]), (&json!(70), &json!(5.0)));

    let mut wrong = set(&["set", "vehicles=99999"]);
    let status = wrong.wait(Duration::from_secs(10)).await;
    assert_eq!(status.and_then(|status| status.code()), Some(64));
    assert!(wrong.log().contains("vehicles: the road network has room for"), "{}", wrong.log());
}
