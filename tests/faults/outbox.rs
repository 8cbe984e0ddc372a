//! Events that cannot be delivered wait in the gateway's outbox, and come out in order.

use crate::crossings::{Crossings, EVERY_MS, FLEET};
use crate::schedule::soak;
use end_to_end::city::City;
use sqlx::{Connection, MySqlConnection, Row};
use std::process::Command;
use std::time::{Duration, Instant};
use testbed::{Program, Running, Stack, programs_folder};

const LONG: Duration = Duration::from_secs(120);
/// How much more memory emptying the outbox may take, in MiB. All that waits would be several times as much in soak.
const MORE_MEMORY_MIB: u64 = 64;

async fn connection(stack: &Stack) -> MySqlConnection {
    let url = stack.database.url("collector", "vigiroute").expect("the password");
    MySqlConnection::connect(&url).await.expect("the database")
}

async fn stored(connection: &mut MySqlConnection) -> u64 {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM event_revisions")
        .fetch_one(connection)
        .await
        .expect("the store can be read");
    u64::try_from(count).expect("a count")
}

async fn wait_until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < LONG, "not within {LONG:?}: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Memory that a program holds, in MiB.
fn memory_mib(running: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id().expect("it runs")));
    let status = status.expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn what_queued_up_comes_out_whole_in_order_and_in_bounded_memory() {
    let (fleets, rounds) = if soak() { (10, 20) } else { (1, 20) };
    let total = u64::try_from(fleets * rounds * FLEET).expect("few");
    let mut city = City::with(&[Program::Collector, Program::Gateway], &[]).await;
    let mut crowd = Crossings::begin(&mut city.stack, rounds).await;
    city.programs.get_mut("collector").expect("it runs").stop(LONG).await;
    for round in 0..=rounds {
        for fleet in 0..fleets {
            crowd.report(fleet, round).await;
        }
    }
    let depth = "vigiroute_gateway_outbox_depth";
    let all = total as f64;
    wait_until("all events wait", async || city.metric(Program::Gateway, depth, "").await >= all).await;
    assert_eq!(city.metric(Program::Gateway, depth, "").await, all);

    let before_mib = memory_mib(&city.programs["gateway"]);
    let begun = Instant::now();
    city.programs.get_mut("collector").expect("it ran").restart().expect("it starts again");
    let mut connection = connection(&city.stack).await;
    let mut most_mib = before_mib;
    let mut first = None;
    let mut last = (Instant::now(), 0);
    while last.1 < total {
        most_mib = most_mib.max(memory_mib(&city.programs["gateway"]));
        let stored = stored(&mut connection).await;
        if stored > last.1 {
            last = (Instant::now(), stored);
            first.get_or_insert(last);
        }
        assert!(last.0.elapsed() < LONG, "{stored} of {total} are stored, and no more for {LONG:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (since, already) = first.expect("some came first");
    let rate = (total - already) as f64 / since.elapsed().as_secs_f64();
    eprintln!(
        "{total} revisions in {:.1} s, {rate:.0}/s; gateway {before_mib} -> {most_mib} MiB",
        begun.elapsed().as_secs_f64()
    );
    assert!(most_mib < before_mib + MORE_MEMORY_MIB, "{before_mib} MiB before, up to {most_mib} MiB");

    assert_eq!(stored(&mut connection).await, total);
    // Each round lies within a time of its own: none was stored before one that happened earlier.
    let of_round = "SELECT FLOOR((UNIX_TIMESTAMP(e.occurred_at) * 1000 - ?) / ?) AS round, COUNT(*), \
        DATE_FORMAT(MIN(r.stored_at), '%H:%i:%s.%f'), DATE_FORMAT(MAX(r.stored_at), '%H:%i:%s.%f') \
        FROM events e JOIN event_revisions r ON r.id = e.id GROUP BY round ORDER BY round";
    let rows = sqlx::query(of_round)
        .bind(crowd.begin_ms)
        .bind(EVERY_MS)
        .fetch_all(&mut connection)
        .await
        .expect("the store can be read");
    let times: Vec<(i64, String, String)> =
        rows.iter().map(|row| (row.get(1), row.get(2), row.get(3))).collect();
    assert_eq!(times.len(), rounds, "{times:?}");
    for (count, ..) in &times {
        assert_eq!(*count, i64::try_from(fleets * FLEET).expect("few"), "{times:?}");
    }
    let out_of_order = times.windows(2).find(|pair| pair[0].2 > pair[1].1);
    assert!(out_of_order.is_none(), "{out_of_order:?}");
    wait_until("the outbox is empty", async || city.metric(Program::Gateway, depth, "").await == 0.0).await;
}

/// A gateway whose files may grow no further than told, as on a disk that is full. Limits of one's own are allowed to
/// everybody, and what a write then says is an error like any other if the signal that comes with it is ignored.
fn start_limited(stack: &Stack, folder: &std::path::Path) -> Running {
    use std::os::unix::fs::PermissionsExt;
    let script = folder.join("gateway.sh");
    let gateway = programs_folder().join(Program::Gateway.name());
    std::fs::write(&script, format!("#!/bin/sh\ntrap '' XFSZ\nexec '{}' \"$@\"\n", gateway.display()))
        .and_then(|()| std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)))
        .expect("a script");
    Running::start_from(script, Program::Gateway, &[], stack, &[]).expect("the gateway was built")
}

fn limit_files(running: &Running, limit: &str) {
    let id = running.id().expect("it runs").to_string();
    let done = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={limit}:")]).status();
    assert!(done.expect("prlimit is there (util-linux)").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_when_there_is_room_all_goes_on() {
    const ROUNDS: usize = 12;
    let folder = tempfile::tempdir().expect("a folder");
    let mut city = City::with(&[Program::Collector], &[]).await;
    city.programs.get_mut("collector").expect("it runs").stop(LONG).await;
    let mut gateway = start_limited(&city.stack, folder.path());
    gateway.wait_until_ready(LONG).await.expect("the gateway starts");
    let mut crowd = Crossings::begin(&mut city.stack, ROUNDS).await;
    crowd.report(0, 0).await;
    crowd.report(0, 1).await;
    let url = format!("{}/metrics", gateway.health_url());
    let waiting = async || {
        let (_, metrics) = testbed::http::get(&url).await.unwrap_or_default();
        let line = metrics.lines().find_map(|line| line.strip_prefix("vigiroute_gateway_outbox_depth "));
        line.and_then(|value| value.parse::<f64>().ok()).unwrap_or(0.0)
    };
    wait_until("the first events wait", async || waiting().await >= 1_000.0).await;

    // As much as is there, and no more.
    let state = city.stack.folder().join("gateway");
    let sizes = std::fs::read_dir(&state).expect("its folder").flatten();
    let largest =
        sizes.filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).max().expect("files");
    limit_files(&gateway, &largest.to_string());
    for round in 2..=ROUNDS {
        crowd.report(0, round).await;
    }
    let said = |gateway: &Running| {
        let log = std::fs::read_to_string(city.stack.folder().join("gateway.log")).unwrap_or_default();
        log.contains("File too large") || gateway.tail().contains("os error 27")
    };
    wait_until("the log says what is wrong", async || said(&gateway)).await;

    if gateway.is_running() {
        limit_files(&gateway, "unlimited");
    } else {
        gateway.restart().expect("it starts again");
    }
    city.programs.get_mut("collector").expect("it ran").restart().expect("it starts again");
    let mut connection = connection(&city.stack).await;
    let total = u64::try_from(ROUNDS * FLEET).expect("few");
    wait_until("all events are stored", async || {
        if !gateway.is_running() {
            gateway.restart().expect("it starts again");
        }
        stored(&mut connection).await >= total
    })
    .await;
    assert_eq!(stored(&mut connection).await, total);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbox_that_was_cut_short_is_said_and_the_journal_makes_up_for_it() {
    let mut city = City::with(&[Program::Collector, Program::Gateway], &[]).await;
    city.programs.get_mut("collector").expect("it runs").stop(LONG).await;
    let mut crowd = Crossings::begin(&mut city.stack, 2).await;
    crowd.report(0, 0).await;
    crowd.report(0, 1).await;
    let depth = "vigiroute_gateway_outbox_depth";
    wait_until("the events wait", async || city.metric(Program::Gateway, depth, "").await >= 1_000.0).await;
    let file = city.stack.folder().join("gateway/gateway.redb");
    let gateway = city.programs.get_mut("gateway").expect("it runs");
    gateway.kill().await;
    let length = std::fs::metadata(&file).expect("the outbox").len();
    let half = std::fs::OpenOptions::new().write(true).open(&file).expect("the outbox");
    half.set_len(length / 2).expect("cut short");
    gateway.restart().expect("it starts again");
    let ended = gateway.wait(LONG).await;
    assert_eq!(ended.and_then(|status| status.code()), Some(1), "{}", gateway.tail());
    let said = format!("cannot open {}", file.display());
    assert!(gateway.tail().contains(&said), "{}", gateway.tail());

    // Put aside, the journal makes its events anew.
    std::fs::rename(&file, file.with_extension("damaged")).expect("put aside");
    gateway.restart().expect("it starts again");
    gateway.wait_until_ready(LONG).await.expect("the gateway starts");
    city.programs.get_mut("collector").expect("it ran").restart().expect("it starts again");
    let mut connection = connection(&city.stack).await;
    wait_until("all events are stored", async || stored(&mut connection).await >= 1_000).await;
    wait_until("the outbox is empty", async || city.metric(Program::Gateway, depth, "").await == 0.0).await;
    assert_eq!(stored(&mut connection).await, 1_000);
}
