use std::sync::Arc;

use model::LatLon;

use super::*;
use crate::traffic::{IncidentPhase, Simulation, TrafficEvent};

const DEFAULT: &str = include_str!("../../scenarios/helsinki.toml");

fn helsinki() -> Arc<Network> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/roads/helsinki/network.geojson");
    Arc::new(roadnet::read_geojson(&std::fs::read(path).unwrap()).unwrap().0)
}

/// The message about a text, without the file's name.
fn complaint(text: &str) -> String {
    let error = match Scenario::read("s.toml", text) {
        Ok(scenario) => scenario.plan(&helsinki()).unwrap_err(),
        Err(error) => error,
    };
    error.to_string().strip_prefix("s.toml:").unwrap().to_owned()
}

#[test]
fn the_default_scenario_has_its_crash_and_its_queue_within_75_seconds() {
    let network = helsinki();
    let scenario = Scenario::read("helsinki.toml", DEFAULT).unwrap();
    assert_eq!((scenario.vehicles, scenario.reporting.interval_s), (300, 1.0));
    let mut simulation = Simulation::new(network.clone(), &scenario.plan(&network).unwrap()).unwrap();
    let (mut crash, mut queue_of_six_at_s) = (None, None);
    while simulation.now_ms() < 75_000 {
        simulation.step();
        assert_eq!(simulation.overlaps(), []);
        while let Some(event) = simulation.poll_event() {
            match event {
                TrafficEvent::Incident(incident) if incident.number == 0 => {
                    crash = Some((simulation.now_ms(), incident));
                }
                _ => {}
            }
        }
        let queue = simulation.incident_head(1).map_or(0, |head| simulation.queue_behind(head).len());
        if queue >= 6 && queue_of_six_at_s.is_none() {
            queue_of_six_at_s = Some(simulation.now_ms() / 1_000);
        }
    }
    let (crashed_ms, crash) = crash.unwrap();
    assert!(crashed_ms < 45_000, "crash complete at {crashed_ms} ms");
    assert_eq!((crash.phase, crash.vehicles.len()), (IncidentPhase::Updated, 2));
    let street = network.link(crash.link).name.as_deref();
    assert_eq!(street, Some("Mannerheimintie"));
    for &vehicle in &crash.vehicles {
        let seen = simulation.observe(vehicle, 0);
        assert_eq!(seen.speed_mps, 0.0);
        assert!(seen.position.distance_m(crash.position) < 15.0);
    }
    assert!(queue_of_six_at_s.is_some_and(|at_s| at_s <= 60), "{queue_of_six_at_s:?}");
    let head = simulation.incident_head(1).unwrap();
    let queue = simulation.queue_behind(head);
    assert!(queue.len() >= 6, "{} queue", queue.len());
    let jam = simulation.observe(head, 0).position;
    assert!(jam.distance_m(crash.position) > 300.0);
}

#[test]
fn whatever_the_seed_the_jam_lasts_and_dissolves_when_it_is_cleared() {
    let network = helsinki();
    for seed in [2, 3] {
        let mut scenario = Scenario::read("helsinki.toml", DEFAULT).unwrap();
        scenario.seed = seed;
        let mut simulation = Simulation::new(network.clone(), &scenario.plan(&network).unwrap()).unwrap();
        while simulation.now_ms() < 700_000 {
            simulation.step();
            let queue = simulation.incident_head(1).map(|head| simulation.queue_behind(head).len());
            if (60_000..600_000).contains(&simulation.now_ms()) {
                assert!(
                    queue.is_some_and(|n| n >= 6),
                    "seed {seed}: {queue:?} at {} ms",
                    simulation.now_ms()
                );
            }
        }
        let jam = LatLon::new(60.17090, 24.95077);
        let slow = simulation.vehicles().filter(|&idx| {
            let seen = simulation.observe(idx, 0);
            seen.speed_mps < 2.0 && seen.position.distance_m(jam) < 80.0
        });
        assert!(slow.count() < 5, "seed {seed}");
    }
}

#[test]
fn an_empty_file_is_ordinary_traffic() {
    let scenario = Scenario::read("s.toml", "").unwrap();
    assert_eq!((scenario.vehicles, scenario.seed, scenario.reporting.gps_noise_m), (300, 1, 3.0));
    assert!(scenario.incidents.is_empty());
}

#[test]
fn every_complaint_names_line_and_reason() {
    let cases = [
        ("vehicles = 300\nvehicels = 2", "2: unknown field `vehicels`"),
        ("vehicles = 300\nseed = ", "2: "),
        ("vehicles = \"many\"", "1: invalid type"),
        ("\nvehicles = 0", "2: vehicles = 0 is outside 1 to 100000"),
        ("report_interval_s = 0.01", "1: report_interval_s = 0.01 is outside 0.1 to 60"),
        ("report_rule = \"often\"", "1: unknown variant `often`, expected `fixed` or `cam`"),
        ("seed = 1\nreport_loss = 1.5", "2: report_loss = 1.5 is outside 0 to 1"),
        ("gps_noise_m = nan", "1: gps_noise_m = NaN is outside"),
        ("network_classes = [\"path to glory\"]", "1: network_classes: \"path to glory\" is no class"),
        ("time_of_day = \"25:00\"", "1: time_of_day = \"25:00\" is not a time"),
        ("vehicles = 5\ndemand = [1, 1]", "2: demand must be 24 shares"),
        ("weather = 0.1", "1: weather = 0.1 is outside 0.3 to 1"),
        ("parked = -1", "1: parked = -1 is outside"),
        ("[fleet]\ncar = 0", "1: the shares of the fleet"),
        ("[fleet]\ncar = -1\nbus = 2", "1: the shares of the fleet"),
        ("[fleet]\ntram = 1", "2: unknown field `tram`"),
        ("[[through]]\nplace = { lat = 91, lon = 0 }\nshare = 0.1", "2: lat must be"),
        ("[[through]]\nplace = { lat = 60 }\nshare = 0.1", "2: a place is either"),
        ("[[through]]\nplace = { road = \"X\", fraction = 2 }\nshare = 0.1", "2: fraction must be"),
        ("[[through]]\nplace = { lat = 0, lon = 0 }\nshare = 0.1", "2: no road within 50 m of 0, 0"),
        (
            "[[attract]]\nroad = \"Nowhere\"\nweight = 2",
            "2: the road network has no street named \"Nowhere\"",
        ),
        (
            "[[incident]]\nkind = \"fire\"",
            "2: unknown variant `fire`, expected one of `crash`, `breakdown`, `lane_closure`, `roadworks`",
        ),
        ("[[incident]]\nkind = \"crash\"\nat_s = 1\nduration_s = 1", "1: missing field `place`"),
    ];
    for (text, expected) in cases {
        let complaint = complaint(text);
        assert!(complaint.starts_with(expected), "{text:?}\n gives {complaint:?}\n not {expected:?}");
    }
}

#[test]
fn incidents_are_checked_against_themselves() {
    let with = |more: &str| {
        let place = "place = { road = \"Mannerheimintie\" }";
        complaint(&format!("[[incident]]\nkind = \"crash\"\n{place}\nat_s = 1\nduration_s = 100\n{more}"))
    };
    assert!(with("repeat_s = 50").starts_with("6: repeat_s = 50 must be at least duration_s + 10 = 110"));
    assert!(with("reports = 3").starts_with("6: reports = 3: only the 2 vehicles"));
    assert!(with("vehicles = 11").starts_with("6: vehicles = 11 is outside 1 to 10"));
    let breakdown = "[[incident]]\nkind = \"breakdown\"\nplace = { road = \"Mannerheimintie\" }\nat_s = 1\nduration_s = 9\nvehicles = 2";
    assert!(complaint(breakdown).starts_with("6: vehicles = 2 is outside 1 to 1"));
}

#[test]
fn closures_have_lanes_that_the_road_has_and_no_vehicles() {
    let closure = |more: &str| {
        let place = "place = { lat = 60.16731, lon = 24.94259, heading = 323 }";
        let text = format!("[[incident]]\nkind = \"roadworks\"\n{place}\nat_s = 1\nduration_s = 100\n{more}");
        Scenario::read("s.toml", &text).and_then(|scenario| scenario.plan(&helsinki()))
    };
    let plan = closure("lanes = [0]\nlength_m = 40").unwrap();
    assert_eq!((plan.incidents[0].length_m, plan.incidents[0].vehicles), (40.0, 0));
    assert!(plan.incidents[0].lanes.holds(0) && !plan.incidents[0].lanes.holds(1));
    let complaint = |more| closure(more).unwrap_err().to_string();
    assert!(
        complaint("lanes = [9]").starts_with("s.toml:3: lane 9: the road has"),
        "{}",
        complaint("lanes = [9]")
    );
    assert!(complaint("vehicles = 2").starts_with("s.toml:6: vehicles is for crash and breakdown"));
    assert!(complaint("length_m = 0").starts_with("s.toml:6: length_m = 0 is outside 1 to 10000"));
}

#[test]
fn two_incidents_have_two_names() {
    let one =
        "[[incident]]\nid = \"a\"\nkind = \"crash\"\nplace = { road = \"X\" }\nat_s = 1\nduration_s = 9\n";
    let error = Scenario::read("s.toml", &one.repeat(2)).unwrap_err();
    assert_eq!((error.line, error.reason.as_str()), (Some(10), "there is an incident called \"a\" already"));
}

#[test]
fn every_scenario_that_ships_is_sound() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let network = helsinki();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let scenario = Scenario::read(&path.display().to_string(), &text).unwrap();
        assert!(scenario.title.is_some() && scenario.description.is_some(), "{}", path.display());
        // The others' networks do not ship.
        if scenario.network.is_none() {
            scenario.plan(&network).unwrap();
        }
        count += 1;
    }
    assert!(count >= 9, "{count}");
}

#[test]
fn a_place_is_on_the_side_of_the_road_that_the_heading_says() {
    let network = helsinki();
    for (heading, direction) in [(177.0, 177.0), (357.0, 357.0)] {
        let place = Place::Point { lat: 60.17112, lon: 24.95075, heading: Some(heading) };
        let (link, offset_m) = place.find(&network).unwrap();
        let link = network.link(link);
        assert_eq!(link.name.as_deref(), Some("Unioninkatu"));
        let course = link.line.heading_at(offset_m);
        assert!(model::geo::heading_difference_deg(course, direction) < 5.0, "{course}");
    }
}

#[test]
fn a_fraction_of_a_street_is_counted_from_where_traffic_comes_in() {
    let network = helsinki();
    let at = |fraction| {
        let place = Place::Along { road: "Kaisaniemenkatu".into(), fraction, heading: Some(45.0) };
        let (link, offset_m) = place.find(&network).unwrap();
        assert_eq!(network.link(link).name.as_deref(), Some("Kaisaniemenkatu"));
        network.link(link).line.point_at(offset_m)
    };
    let (start, middle, end) = (at(0.0), at(0.5), at(1.0));
    assert!(start.distance_m(end) > 200.0);
    assert!(start.lat < middle.lat && middle.lat < end.lat, "{start:?} {middle:?} {end:?}");
}
