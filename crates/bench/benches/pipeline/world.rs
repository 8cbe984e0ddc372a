//! Servers and programs of a row's own.

use super::packets::{Packets, Qos};
use super::publisher::Publisher;
use anyhow::Context;
use bench::{City, total, zones};
use link::xmpp;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use testbed::{DOMAIN, Program, Running, Stack};

const READY_WITHIN: Duration = Duration::from_secs(30);
const STOP_WITHIN: Duration = Duration::from_secs(12);

/// Mosquitto, Prosody and a database, and the city to drive in.
pub struct World {
    pub stack: Stack,
    pub city: City,
    roads: PathBuf,
}

impl World {
    /// Starts the servers.
    pub async fn start() -> anyhow::Result<Self> {
        let city = City::new();
        let folder = testbed::workspace_folder().join("target/bench/pipeline");
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let roads = folder.join("roads.geojson");
        let mut file = BufWriter::new(std::fs::File::create(&roads)?);
        roadnet::geojson::write_network(&city.network, "made up", &mut file)?;
        file.flush()?;
        Ok(Self { stack: Stack::start_allowing_plain().await?, city, roads })
    }

    /// Starts the servers and makes zones, over the publisher that it gives.
    pub async fn with_zones(count: usize) -> anyhow::Result<(Self, Publisher)> {
        let world = Self::start().await?;
        let mut publisher = world.publisher()?;
        world.make_zones(&mut publisher, count)?;
        Ok((world, publisher))
    }

    /// Starts a program and waits until it is ready.
    pub async fn program(&self, program: Program) -> anyhow::Result<Running> {
        let mut running = self.start_program(program)?;
        running.wait_until_ready(READY_WITHIN).await?;
        Ok(running)
    }

    /// Starts a program.
    pub fn start_program(&self, program: Program) -> anyhow::Result<Running> {
        let binary = testbed::workspace_folder().join("target/release").join(program.name());
        let roads = self.roads.display().to_string();
        let mut more = vec![("VIGIROUTE_LOG", "warn")];
        if program == Program::Gateway {
            more.push(("VIGIROUTE_ROADS", roads.as_str()));
        }
        Ok(Running::start_from(binary, program, &[], &self.stack, &more)?)
    }

    /// A publisher that may write what vehicles and fleets do.
    pub fn publisher(&self) -> anyhow::Result<Publisher> {
        let password = self.stack.mosquitto.password("simulator")?;
        Publisher::connect(self.stack.mosquitto.port(), "simulator", &password)
    }

    /// Makes zones, as the web program would.
    pub fn make_zones(&self, publisher: &mut Publisher, count: usize) -> anyhow::Result<()> {
        let mut packets = Packets::default();
        for zone in zones(&self.city, count) {
            let feature = zone.to_feature().to_string();
            packets.add(
                &format!("vigiroute/v1/zones/{}", zone.id),
                feature.as_bytes(),
                Qos::AtLeastOnce,
                true,
            );
        }
        publisher.send(&packets, 1_000)
    }

    /// Who `account` is at Prosody, without TLS.
    pub fn xmpp(&self, account: &str) -> anyhow::Result<xmpp::Settings> {
        Ok(xmpp::Settings {
            jid: format!("{account}@{DOMAIN}/{account}").parse().context("no XMPP address")?,
            password: self.stack.prosody.password(account)?.into(),
            host: "127.0.0.1".into(),
            port: self.stack.prosody.port(),
            allow_plain: true,
        })
    }
}

/// A program's counter or gauge.
pub async fn counted(running: &Running, name: &str) -> anyhow::Result<f64> {
    Ok(total(&running.metrics().await?, name))
}

/// Ends a program in good order.
pub async fn stop(mut running: Running) {
    running.stop(STOP_WITHIN).await;
}

/// Looks at a counter until it is past `end`, and gives how fast it grew from `begin` on.
pub async fn rate_between(running: &Running, name: &str, begin: f64, end: f64) -> anyhow::Result<f64> {
    const LOOK_EVERY: Duration = Duration::from_millis(20);
    let started = Instant::now();
    let mut first: Option<(f64, Instant)> = None;
    loop {
        // A program that has just been started does not answer yet.
        let value = counted(running, name).await.unwrap_or(0.0);
        match first {
            None if value >= begin => first = Some((value, Instant::now())),
            Some((before, since)) if value >= end => {
                return Ok((value - before) / since.elapsed().as_secs_f64());
            }
            _ => {}
        }
        anyhow::ensure!(
            started.elapsed() < Duration::from_secs(200),
            "{name} is at {value} after 200 s, not at {end}:\n{}",
            running.tail()
        );
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A rate or a number for people: 12,345.
#[allow(clippy::cast_possible_truncation)]
pub fn grouped(number: f64) -> String {
    let digits = (number.round() as i64).to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
