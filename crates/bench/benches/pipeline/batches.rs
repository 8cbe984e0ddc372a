//! Reports in batches of a fleet, at full speed.

use super::packets::Reports;
use super::world::{World, counted, grouped, rate_between, stop};
use bench::Figure;
use testbed::Program;

const VEHICLES: usize = 50_000;
const ZONES: usize = 1_000;
const SHARE: usize = 100;
/// Messages; the broker could keep all of them.
const BATCHES: usize = 15_000;
const WINDOW: u64 = 64;
const LEAST_PER_S: f64 = 400_000.0;
const USED: &str = "vigiroute_gateway_reports_used_total";

#[allow(clippy::cast_precision_loss)]
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let (world, mut publisher) = World::with_zones(ZONES).await?;
    let gateway = world.program(Program::Gateway).await?;
    let reports = BATCHES * SHARE;
    let packets = Reports::new(&world.city, VEHICLES, (reports / VEHICLES) as i64).batches(BATCHES, SHARE);
    let sending = std::thread::spawn(move || publisher.send(&packets, WINDOW));
    let rate = rate_between(&gateway, USED, reports as f64 * 0.1, reports as f64 * 0.95).await?;
    let sent = sending.join().unwrap_or_else(|_| anyhow::bail!("the publisher broke off"));
    sent?;
    let dropped = counted(&gateway, "vigiroute_gateway_reports_dropped_total").await?;
    anyhow::ensure!(dropped < reports as f64 * 0.05, "{dropped} reports of {reports} were dropped");
    stop(gateway).await;
    Ok(vec![Figure::goal(
        "reports/s through Mosquitto in batches of 100 of a fleet, QoS 1, same detector",
        grouped(rate),
        "at least 400,000",
        rate >= LEAST_PER_S,
    )])
}
