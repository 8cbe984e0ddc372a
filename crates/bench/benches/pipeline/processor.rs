//! The processor time that the gateway takes for a report at QoS 0.

use super::packets::{Qos, Reports};
use super::say;
use super::world::{World, counted, stop};
use anyhow::Context;
use bench::{Figure, ran_s};
use std::time::Duration;
use testbed::Program;

const VEHICLES: usize = 50_000;
const ZONES: usize = 1_000;
/// Reports before it is measured, so that every vehicle is known.
const WARM_UP: usize = 150_000;
const REPORTS: usize = 600_000;
const MOST_US: f64 = 2.5;
const USED: &str = "vigiroute_gateway_reports_used_total";

#[allow(clippy::cast_precision_loss)]
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let (world, mut publisher) = World::with_zones(ZONES).await?;
    let collector = world.program(Program::Collector).await?;
    let gateway = world.program(Program::Gateway).await?;
    let id = gateway.id().context("the gateway has ended")?;
    let mut reports = Reports::new(&world.city, VEHICLES, ((WARM_UP + 2 * REPORTS) / VEHICLES) as i64);
    publisher.send_paced(&reports.messages(WARM_UP, Qos::AtMostOnce), VEHICLES as f64)?;
    let mut figures = Vec::new();
    for (pace, per_s) in [("as 50,000 vehicles send them", VEHICLES as f64), ("at full speed", 1e6)] {
        let packets = reports.messages(REPORTS, Qos::AtMostOnce);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let (used, ran) = (counted(&gateway, USED).await?, ran_s(id)?);
        publisher.send_paced(&packets, per_s)?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (used, ran) = (counted(&gateway, USED).await? - used, ran_s(id)? - ran);
        let us = ran * 1e6 / used.max(1.0);
        say(&format!("  {pace}: {used:.0} reports used, {ran:.2} s"));
        figures.push((pace, us));
    }
    stop(gateway).await;
    stop(collector).await;
    Ok(figures
        .into_iter()
        .map(|(pace, us)| {
            Figure::goal(
                format!("processor time of the gateway per report, QoS 0, JSON, 1,000 zones, jams and accidents, {pace}"),
                format!("{us:.2} µs"),
                "at most 2.5 µs",
                us <= MOST_US,
            )
        })
        .collect())
}
