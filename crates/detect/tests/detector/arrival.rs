//! When reports come in another way than they were sent: as a backlog, as a flood, or by clocks that are wrong.

use crate::parts::{network, position, settings, text, zone};
use crate::world::at;
use detect::{Detector, Taken};
use model::codec::Report;
use model::{DropReason, Timestamp};

/// A report of vehicle `.0`, measured at second `.1`.
type Sent = (usize, f64, Report);

/// Some drive through the zone, the others queue behind one another.
fn traffic(seconds: std::ops::Range<u32>) -> Vec<Sent> {
    let mut all = Vec::new();
    for second in seconds {
        for vehicle in 0..12_usize {
            let at_s = f64::from(second) + vehicle as f64 / 100.0;
            let (east_m, speed_mps) = match vehicle {
                0..8 => {
                    let queue_m = 300.0 - 8.0 * vehicle as f64;
                    let east_m = (f64::from(second) * 12.0).min(queue_m);
                    (east_m, if east_m < queue_m { 12.0 } else { 0.0 })
                }
                _ => {
                    let gone_m = (f64::from(second) * 14.0 + 100.0 * vehicle as f64) % 1_800.0;
                    (gone_m.min(1_800.0 - gone_m), 14.0)
                }
            };
            all.push((vehicle, at_s, position(vehicle, at_s, east_m, speed_mps)));
        }
    }
    all
}

fn outputs(arrivals: &[(Report, Timestamp)]) -> (Vec<String>, usize) {
    let mut detector = Detector::new(settings(), network());
    detector.set_zone(zone());
    let (mut outputs, mut used) = (Vec::new(), 0);
    for (report, now) in arrivals {
        used += usize::from(detector.handle_report(report.clone(), *now) == Ok(Taken::Used));
        outputs.extend(std::iter::from_fn(|| detector.poll_output()).map(|output| text(&output)));
    }
    detector.finish();
    outputs.extend(std::iter::from_fn(|| detector.poll_output()).map(|output| text(&output)));
    used += std::iter::from_fn(|| detector.poll_fate()).filter(|fate| fate.outcome.is_ok()).count();
    (outputs, used)
}

#[test]
fn the_backlogs_of_several_connections_give_what_was_driven() {
    let sent = traffic(0..240);
    let live: Vec<_> = sent.iter().map(|(_, at_s, report)| (report.clone(), at(at_s + 0.1))).collect();
    let (expected, used) = outputs(&live);
    assert!(expected.iter().any(|output| output.contains("\"type\":\"jam\"")));
    assert!(expected.iter().any(|output| output.contains("\"type\":\"zone_exit\"")));
    assert_eq!(used, sent.len());

    // Cut off from second 20 to second 110; then each of three connections delivers its own at once.
    let mut arrivals: Vec<(f64, Report)> = Vec::new();
    for (vehicle, at_s, report) in &sent {
        let received_s = match at_s {
            20.0..110.0 => 110.0 + (vehicle % 3) as f64 * 0.6 + (at_s - 20.0) / 200.0,
            _ => at_s + 0.1,
        };
        arrivals.push((received_s, report.clone()));
    }
    arrivals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let arrivals: Vec<_> = arrivals.into_iter().map(|(at_s, report)| (report, at(at_s))).collect();
    assert_eq!(outputs(&arrivals), (expected, used));
}

#[test]
fn nothing_waits_while_what_comes_is_new_though_some_of_it_is_old() {
    let mut detector = Detector::new(settings(), network());
    for (vehicle, at_s, report) in traffic(60..120) {
        // One is on a slow network.
        let report = if vehicle == 3 { position(3, at_s - 30.0, 100.0, 0.0) } else { report };
        assert_eq!(
            detector.handle_report(report, at(at_s + 0.1)),
            Ok(Taken::Used),
            "vehicle {vehicle} at {at_s}"
        );
    }
}

#[test]
fn what_is_held_goes_on_by_itself() {
    let mut detector = Detector::new(settings(), network());
    assert_eq!(detector.handle_report(position(1, 0.0, 0.0, 10.0), at(0.1)), Ok(Taken::Used));
    assert_eq!(detector.handle_report(position(1, 1.0, 10.0, 10.0), at(60.0)), Ok(Taken::Held));
    let due = detector.poll_timeout().expect("something is due");
    assert_eq!(due, at(62.0));
    detector.handle_timeout(at(61.9));
    assert_eq!(detector.poll_fate(), None);
    detector.handle_timeout(due);
    assert_eq!(detector.poll_fate().map(|fate| (fate.measured, fate.outcome)), Some((at(1.0), Ok(()))));
}

#[test]
fn a_vehicle_whose_clock_is_wrong_harms_nobody() {
    let sent = traffic(0..120);
    let live: Vec<_> = sent.iter().map(|(_, at_s, report)| (report.clone(), at(at_s + 0.1))).collect();
    let mut detector = Detector::new(settings(), network());
    let mut wrong = [None, None];
    for ((_, at_s, _), (report, now)) in sent.iter().zip(&live) {
        assert_eq!(detector.handle_report(report.clone(), *now), Ok(Taken::Used));
        for (wrong, (vehicle, off_s)) in wrong.iter_mut().zip([(20, 600.0), (21, -600.0)]) {
            let report = position(vehicle, at_s + off_s, 100.0, 0.0);
            *wrong = detector.handle_report(report, *now).err();
        }
    }
    assert_eq!(wrong, [Some(DropReason::Future), Some(DropReason::Stale)]);
}

/// How many of the reports of each half minute are used, with a receiver whose clock is `off_s` wrong in the second of three.
fn used_with_a_wrong_clock(off_s: f64, fast_s: Option<f64>) -> [usize; 3] {
    let mut detector = Detector::new(settings(), network());
    let mut used = [0; 3];
    for (_, at_s, report) in traffic(0..90) {
        let phase = ((at_s / 30.0) as usize).min(2);
        let report = match report {
            Report::Position(report) => {
                Report::Position(model::PositionReport { ts: report.ts + 10_000_000, ..report })
            }
            hazard => hazard,
        };
        let now = at(10_000.1 + at_s + if phase == 1 { off_s } else { 0.0 });
        if at_s == 30.0 || at_s == 60.0 {
            detector.rebase(now);
        }
        if let Some(fast_s) = fast_s {
            let _ = detector.handle_report(position(30, 10_000.0 + at_s + fast_s, 0.0, 0.0), now);
        }
        used[phase] += usize::from(detector.handle_report(report, now) == Ok(Taken::Used));
        let held = std::iter::from_fn(|| detector.poll_fate()).filter(|fate| fate.outcome.is_ok());
        used[phase] += held.filter(|fate| fate.measured < at(10_100.0)).count();
    }
    detector.finish();
    used[2] += std::iter::from_fn(|| detector.poll_fate()).filter(|fate| fate.outcome.is_ok()).count();
    used
}

#[test]
fn a_receiver_whose_clock_is_set_goes_on_with_its_vehicles() {
    let all = 30 * 12;
    let ahead = used_with_a_wrong_clock(3_600.0, None);
    // For two seconds it looks like a backlog, which goes on with what follows.
    assert_eq!((ahead[0], ahead.iter().sum::<usize>()), (all, 3 * all));
    assert_eq!(used_with_a_wrong_clock(-3_600.0, None), [all, 0, all]);
    // Who is an hour fast is taken for right by a clock that is, and drags all others along; not for longer than that.
    assert_eq!(used_with_a_wrong_clock(3_600.0, Some(3_600.0))[2], all);
}

#[test]
fn a_flood_is_limited_by_itself() {
    let mut detector = Detector::new(settings(), network());
    let (mut flood, mut limited) = (0, 0);
    for (_, at_s, report) in traffic(0..60) {
        assert_eq!(detector.handle_report(report, at(at_s + 0.1)), Ok(Taken::Used));
        // A hundred times as often as the others.
        for step in 0..8 {
            let flooding = position(40, at_s + 0.001 * f64::from(step), 10.0, 0.0);
            match detector.handle_report(flooding, at(at_s + 0.1)) {
                Ok(_) => flood += 1,
                Err(reason) => limited += usize::from(reason == DropReason::RateLimited),
            }
        }
    }
    assert!((1_000..=1_260).contains(&flood), "{flood}");
    assert!(limited > 4_000, "{limited}");
}
