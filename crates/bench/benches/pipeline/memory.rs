//! Resident memory of each program once 100,000 vehicles have reported.

use super::packets::Reports;
use super::world::{World, counted, stop};
use anyhow::Context;
use bench::{Figure, resident};
use std::time::{Duration, Instant};
use testbed::bosh::Guest;
use testbed::{DOMAIN, Program, Running};

const VEHICLES: usize = 100_000;
const ZONES: usize = 1_000;
const SHARE: usize = 100;
/// Times that each vehicle reports.
const ROUNDS: usize = 10;
const MIB: f64 = 1_048_576.0;

#[allow(clippy::cast_precision_loss)]
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let (world, mut publisher) = World::with_zones(ZONES).await?;
    let collector = world.program(Program::Collector).await?;
    let gateway = world.program(Program::Gateway).await?;
    let web = world.program(Program::Web).await?;
    let url = format!("{}/http-bind", world.stack.web_url());
    let guest = Guest::connect(&url, &format!("live.{DOMAIN}")).await?;
    let reports = VEHICLES * ROUNDS;
    let packets = Reports::new(&world.city, VEHICLES, ROUNDS as i64).batches(reports / SHARE, SHARE);
    publisher.send(&packets, 64)?;
    let begun = Instant::now();
    while counted(&gateway, "vigiroute_gateway_reports_used_total").await? < reports as f64 * 0.95 {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(200), "the reports are not taken");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (status, _) =
        testbed::http::get(&format!("{}/api/v1/events?limit=1000", world.stack.web_url())).await?;
    anyhow::ensure!(status == 200, "GET /api/v1/events answers {status}");
    let figure = |running: &Running, most: f64| {
        let id = running.id().with_context(|| format!("{} has ended", running.program()))?;
        let memory = resident(id)?;
        let (now, peak) = (memory.now as f64 / MIB, memory.most as f64 / MIB);
        anyhow::Ok(Figure::goal(
            format!("resident memory with 100,000 vehicles: {}", running.program()),
            format!("{now:.0} MiB, at most {peak:.0}"),
            format!("at most {most:.0} MiB"),
            peak <= most,
        ))
    };
    let figures = vec![figure(&gateway, 200.0)?, figure(&collector, 64.0)?, figure(&web, 100.0)?];
    drop(guest);
    stop(web).await;
    stop(gateway).await;
    stop(collector).await;
    Ok(figures)
}
