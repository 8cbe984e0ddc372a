//! Event revisions from a full outbox through Prosody into the database, beside empty messages through the same Prosody.

use super::packets::Reports;
use super::say;
use super::world::{World, counted, grouped, stop};
use anyhow::Context;
use bench::{Figure, resident};
use link::Readiness;
use link::xmpp::{self, Event, Jid, Message};
use std::time::{Duration, Instant};
use testbed::Program;

const EMPTY_MESSAGES: usize = 20_000;
const VEHICLES: usize = 50_000;
/// With these nearly every vehicle crosses a border every few seconds.
const ZONES: usize = 10_000;
const SHARE: usize = 100;
/// Revisions to be in the outbox before the collector is started.
const WAITING: f64 = 200_000.0;
const MOST_ROUNDS: usize = 60;
/// The collector is looked at so often, and so long at most.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(60);
/// Looks in the time over which the slowest rate is taken.
const WINDOW: usize = 20;
const LEAST_PER_S: f64 = 2_000.0;
const LEAST_SHARE: f64 = 0.8;
const STORED: &str = "vigiroute_collector_revisions_stored_total";
const DEPTH: &str = "vigiroute_gateway_outbox_depth";

#[allow(clippy::cast_precision_loss)]
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let world = World::start().await?;
    let empty = empty_messages_per_s(&world).await?;
    say(&format!("  Prosody: {empty:.0} empty messages/s"));
    let mut publisher = world.publisher()?;
    world.make_zones(&mut publisher, ZONES)?;
    let gateway = world.program(Program::Gateway).await?;
    let mut reports = Reports::new(&world.city, VEHICLES, MOST_ROUNDS as i64);
    let mut depth = 0.0;
    for _ in 0..MOST_ROUNDS {
        publisher.send(&reports.batches(VEHICLES / SHARE, SHARE), 64)?;
        depth = counted(&gateway, DEPTH).await?;
        if depth >= WAITING {
            break;
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    say(&format!("  {depth:.0} revisions wait"));

    let collector = world.program(Program::Collector).await?;
    let id = collector.id().context("the collector has ended")?;
    let (begun, mut looks) = (Instant::now(), Vec::new());
    while begun.elapsed() < LONGEST {
        looks.push((begun.elapsed().as_secs_f64(), counted(&collector, STORED).await?));
        if looks.last().is_some_and(|(_, stored)| *stored >= depth * 0.95) {
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let memory = resident(id)?;
    let rate = |from: &(f64, f64), to: &(f64, f64)| (to.1 - from.1) / (to.0 - from.0).max(1e-3);
    let slowest = looks
        .windows(WINDOW)
        .skip(WINDOW / 2)
        .filter_map(|looks| Some(rate(looks.first()?, looks.last()?)))
        .fold(f64::INFINITY, f64::min);
    let all = looks.first().zip(looks.last()).map_or(0.0, |(first, last)| rate(first, last));
    let slowest = if slowest.is_finite() { slowest } else { all };
    stop(collector).await;
    stop(gateway).await;
    Ok(vec![
        Figure::plain("empty messages/s through Prosody, from client to client", grouped(empty)),
        Figure::goal(
            format!(
                "event revisions/s from a full outbox ({} waiting) through Prosody into the database, sustained (slowest 5 s)",
                grouped(depth)
            ),
            grouped(slowest),
            "at least 2,000",
            slowest >= LEAST_PER_S,
        ),
        Figure::goal(
            "… on average",
            format!("{} ({:.0} % of the empty messages)", grouped(all), 100.0 * all / empty),
            "at least 80 % of them",
            all >= LEAST_SHARE * empty,
        ),
        Figure::plain(
            "… memory of the collector meanwhile",
            format!("at most {:.0} MiB", memory.most as f64 / 1_048_576.0),
        ),
    ])
}

/// Messages without content from one client to another, as fast as Prosody passes them on.
#[allow(clippy::cast_precision_loss)]
async fn empty_messages_per_s(world: &World) -> anyhow::Result<f64> {
    let readiness = Readiness::new();
    let (sender, _heard) = xmpp::connect(world.xmpp("gateway")?, readiness.condition("sender"));
    let (receiver, mut incoming) = xmpp::connect(world.xmpp("collector")?, readiness.condition("receiver"));
    sender.wait_online().await?;
    receiver.wait_online().await?;
    let to: Jid = world.xmpp("collector")?.jid.into();
    let sending = tokio::spawn(async move {
        for _ in 0..EMPTY_MESSAGES {
            if sender.send(Message::normal(to.clone())).await.is_err() {
                break;
            }
        }
        sender
    });
    let (mut heard, mut since) = (0, Instant::now());
    let hearing = async {
        while heard < EMPTY_MESSAGES * 95 / 100 {
            match incoming.recv().await {
                Some(Event::Message(_)) => heard += 1,
                Some(_) => {}
                None => anyhow::bail!("the stream ended"),
            }
            if heard == EMPTY_MESSAGES / 10 {
                since = Instant::now();
            }
        }
        Ok((EMPTY_MESSAGES * 85 / 100) as f64 / since.elapsed().as_secs_f64())
    };
    let rate =
        tokio::time::timeout(Duration::from_secs(60), hearing).await.context("messages are lost")??;
    let sender = sending.await?;
    tokio::join!(sender.close(Duration::from_secs(3)), receiver.close(Duration::from_secs(3)));
    Ok(rate)
}
