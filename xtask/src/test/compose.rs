//! `cargo xtask test --compose`: an accident staged in the scenario, seen in MySQL, over REST and by a browser's session.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use model::LatLon;
use serde_json::Value;
use testbed::bosh::{Element, Guest, Notice};
use testbed::http;
use tokio::signal::unix::{SignalKind, signal};

use super::containers::Containers;
use crate::screen::Screen;

/// What is proven: the page, a browser's session, REST, MySQL.
const PROOFS: usize = 4;
const SEEN_WITHIN: Duration = Duration::from_secs(180);
const SCENARIO: &str = "simulator/scenarios/helsinki.toml";
const NEAR_M: f64 = 50.0;
/// Degrees; a few centimetres.
const SAME_PLACE: f64 = 1e-6;

pub(super) fn run(screen: Screen) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let containers = Containers::new(screen)?;
        let outcome = tokio::select! {
            outcome = prove(&containers, screen) => outcome,
            _ = interrupt.recv() => Err(anyhow::anyhow!("interrupted")),
            _ = terminate.recv() => Err(anyhow::anyhow!("asked to stop")),
        };
        if outcome.is_err() {
            containers.show_logs();
        }
        screen.heading("Taking it down");
        drop(containers);
        outcome
    })?;
    screen.heading(&format!("compose: {PROOFS} passed, 0 failed"));
    Ok(())
}

async fn prove(containers: &Containers, screen: Screen) -> anyhow::Result<()> {
    screen.heading("Building the images and starting everything");
    let started = Instant::now();
    containers.up().await?;
    screen.done("everything is healthy", &containers.web_url(), started.elapsed());

    let (status, page) = http::get(&containers.web_url()).await?;
    ensure!(status == 200 && page.contains("<html"), "the page answers {status}: {page}");
    screen.done("page", "is served", Duration::ZERO);

    screen.heading("Waiting for the accident");
    let started = Instant::now();
    let heard = heard_over_bosh(containers).await.context("at a browser's session")?;
    let road = heard["road"]["name"].as_str().with_context(|| format!("it is on no named road: {heard}"))?;
    let away_m = from_where_it_was_staged_m(&heard)?;
    ensure!(away_m <= NEAR_M, "it is {away_m:.0} m from where the scenario staged it: {heard}");
    let news = format!("heard of an accident on {road}, {away_m:.0} m from where it was staged");
    screen.done("browser's session", &news, started.elapsed());

    let id = heard["id"].as_str().context("the event has no id")?;
    let asked = asked_over_rest(containers, id).await.context("over REST")?;
    same(&heard, &asked).context("REST tells it otherwise than the browser's session")?;
    screen.done("REST", "tells the same", Duration::ZERO);

    let stored = stored_in_mysql(containers, id).context("in MySQL")?;
    same(&heard, &stored).context("MySQL holds it otherwise than the browser's session heard it")?;
    screen.done("MySQL", "holds the same", Duration::ZERO);
    Ok(())
}

/// The first accident that a guest of the live map reads or hears of.
async fn heard_over_bosh(containers: &Containers) -> anyhow::Result<Value> {
    let (status, text) = http::get(&format!("{}/api/v1/live", containers.web_url())).await?;
    ensure!(status == 200, "/api/v1/live answers {status}: {text}");
    let live: Value = serde_json::from_str(&text)?;
    let word = |pointer: &str| {
        live.pointer(pointer)
            .and_then(Value::as_str)
            .with_context(|| format!("/api/v1/live has no {pointer}: {live}"))
    };
    let (domain, pubsub, node) = (word("/domain")?, word("/pubsub")?, word("/nodes/accident")?);
    let url = format!("{}{}", containers.web_url(), word("/bosh")?);

    let mut guest = Guest::connect(&url, domain).await?;
    guest.subscribe(pubsub, node).await?;
    let deadline = Instant::now() + SEEN_WITHIN;
    if let Some((_, payload)) = guest.items(pubsub, node).await?.into_iter().next() {
        return event_in(&payload);
    }
    while Instant::now() < deadline {
        for notice in guest.next_notices(deadline.saturating_duration_since(Instant::now())).await? {
            if let Notice::Published { payload, .. } = notice {
                return event_in(&payload);
            }
        }
    }
    bail!("no accident within {SEEN_WITHIN:?}");
}

/// The event in a `<payload>`: the text of its only child.
fn event_in(payload: &Element) -> anyhow::Result<Value> {
    let text = payload.children().next().map(Element::text).unwrap_or_default();
    serde_json::from_str(&text).with_context(|| format!("this holds no event: {}", String::from(payload)))
}

/// How far an accident is from the nearest crash of the scenario that runs by default, metres.
fn from_where_it_was_staged_m(event: &Value) -> anyhow::Result<f64> {
    let path = testbed::workspace_folder().join(SCENARIO);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {SCENARIO}"))?;
    let scenario: toml::Table = text.parse().with_context(|| format!("in {SCENARIO}"))?;
    let incidents = scenario.get("incident").and_then(toml::Value::as_array).into_iter().flatten();
    let crashes =
        incidents.filter(|incident| incident.get("kind").and_then(toml::Value::as_str) == Some("crash"));
    let seen = place(&|axis| event["position"][axis].as_f64())?;
    crashes
        .map(|crash| {
            place(&|axis| crash.get("place")?.get(axis)?.as_float()).map(|staged| staged.distance_m(seen))
        })
        .reduce(|nearest, other| Ok(nearest?.min(other?)))
        .with_context(|| format!("{SCENARIO} stages no crash"))?
}

fn place(axis: &dyn Fn(&str) -> Option<f64>) -> anyhow::Result<LatLon> {
    let (lat, lon) = (axis("lat").context("it has no lat")?, axis("lon").context("it has no lon")?);
    Ok(LatLon::new(lat, lon))
}

async fn asked_over_rest(containers: &Containers, id: &str) -> anyhow::Result<Value> {
    let (status, text) = http::get(&format!("{}/api/v1/events?type=accident", containers.web_url())).await?;
    ensure!(status == 200, "/api/v1/events answers {status}: {text}");
    let answer: Value = serde_json::from_str(&text)?;
    let events = answer["events"].as_array().context("the answer has no events")?;
    events
        .iter()
        .find(|event| event["id"] == id)
        .cloned()
        .with_context(|| format!("{id} is not among {answer}"))
}

fn stored_in_mysql(containers: &Containers, id: &str) -> anyhow::Result<Value> {
    ensure!(id.chars().all(|c| c.is_ascii_hexdigit() || c == '-'), "{id} is no id");
    let query = format!(
        "SELECT body FROM vigiroute.events WHERE type = 'accident' AND id = UNHEX(REPLACE('{id}', '-', ''))"
    );
    let script = format!(
        "MYSQL_PWD=$(cat /secrets/mysql/mysql-root) mysql --user=root --silent --raw --skip-column-names \
         --execute \"{query}\""
    );
    let text = containers.exec("mysql", &script)?;
    serde_json::from_str(&text).with_context(|| format!("{id} is not there: {text}"))
}

/// Whether two tellings are of the same accident. The later may be of a later revision.
fn same(first: &Value, second: &Value) -> anyhow::Result<()> {
    for field in ["id", "type", "road", "occurred_at"] {
        ensure!(first[field] == second[field], "{field}: {} is not {}", first[field], second[field]);
    }
    ensure!(first["type"] == "accident", "it is of type {}", first["type"]);
    for axis in ["lat", "lon"] {
        let degrees =
            |event: &Value| event["position"][axis].as_f64().with_context(|| format!("it has no {axis}"));
        let apart = (degrees(first)? - degrees(second)?).abs();
        ensure!(apart < SAME_PLACE, "{axis} is {apart}° apart");
    }
    Ok(())
}
