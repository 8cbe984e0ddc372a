//! A subscriber that does nothing with what it gets: the gateway's client library and settings, and acknowledgements.

use super::world::World;
use anyhow::Context;
use link::Readiness;
use link::mqtt::{self, Client, Incoming, Login, Options, Qos};
use model::topic::{REPORT_FILTERS, ZONE_FILTER};
use std::time::{Duration, Instant};

/// What the gateway sets.
const INCOMING: usize = 2_000;
const MAX_BATCH: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(90);

/// Connects to the session of that name.
pub fn connect(world: &World, name: &str) -> anyhow::Result<(Client, Incoming, Readiness)> {
    let readiness = Readiness::new();
    let login = Login { user: "gateway".into(), password: world.stack.mosquitto.password("gateway")?.into() };
    let settings =
        mqtt::Settings { host: "127.0.0.1".into(), port: world.stack.mosquitto.port(), login: Some(login) };
    let filters = REPORT_FILTERS.iter().chain([&ZONE_FILTER]);
    let options = Options {
        keep_session: true,
        subscriptions: filters.map(|filter| ((*filter).to_owned(), Qos::AtLeastOnce)).collect(),
        incoming_capacity: INCOMING,
        ..Options::new(name)
    };
    let (client, incoming) = mqtt::connect(&settings, options, readiness.condition("mqtt"));
    Ok((client, incoming, readiness))
}

/// Leaves a session at the broker that subscribes to what the gateway does.
pub async fn leave_session(world: &World, name: &str) -> anyhow::Result<()> {
    let (client, _incoming, readiness) = connect(world, name)?;
    let begun = Instant::now();
    while !readiness.is_ready() {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "no connection to Mosquitto");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    client.close(Duration::from_secs(2)).await;
    Ok(())
}

/// Takes what waits in the session; how many a second it took from the `begin`th to the `end`th.
pub async fn rate_between(world: &World, name: &str, begin: usize, end: usize) -> anyhow::Result<f64> {
    let (client, mut incoming, _readiness) = connect(world, name)?;
    let taking = async {
        let (mut taken, mut first, mut messages) = (0, None, Vec::with_capacity(MAX_BATCH));
        loop {
            taken += incoming.recv_many(&mut messages, MAX_BATCH).await;
            for message in messages.drain(..) {
                if let Some(ack) = message.ack {
                    client.acknowledge(ack);
                }
            }
            match first {
                None if taken >= begin => first = Some((taken, Instant::now())),
                Some((before, since)) if taken >= end => {
                    #[allow(clippy::cast_precision_loss)]
                    return (taken - before) as f64 / since.elapsed().as_secs_f64();
                }
                _ => {}
            }
        }
    };
    let rate = tokio::time::timeout(PATIENCE, taking).await.context("the backlog does not come")?;
    // What is left is taken too, so that the session is empty for the next round.
    let emptying = async {
        while let Some(message) = incoming.recv().await {
            if let Some(ack) = message.ack {
                client.acknowledge(ack);
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), emptying).await;
    client.close(Duration::from_secs(2)).await;
    Ok(rate)
}
