//! Reports at QoS 1 with acknowledgements by hand: the gateway, and a subscriber that does nothing, each empties a session
//! that the broker kept for it, with the very same messages. Nobody publishes meanwhile, so that each has the machine.

use super::packets::{Qos, Reports};
use super::world::{World, counted, grouped, rate_between, stop};
use super::{idle, say};
use bench::Figure;
use testbed::Program;

const VEHICLES: usize = 50_000;
const ZONES: usize = 1_000;
/// Messages that wait in each session.
const REPORTS: usize = 300_000;
const ROUNDS: usize = 3;
const WINDOW: u64 = 2_000;
const LEAST_SHARE: f64 = 0.9;
const NAME: &str = "vigiroute_gateway_messages_total";

#[allow(clippy::cast_precision_loss)]
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let (world, mut publisher) = World::with_zones(ZONES).await?;
    stop(world.program(Program::Gateway).await?).await;
    idle::leave_session(&world, "idle").await?;
    let mut reports = Reports::new(&world.city, VEHICLES, (ROUNDS * REPORTS / VEHICLES) as i64);
    let (begin, end) = (REPORTS / 10, REPORTS * 95 / 100);
    let (mut idle_best, mut gateway_best, mut used) = (0.0_f64, 0.0_f64, 1.0_f64);
    for round in 1..=ROUNDS {
        let packets = reports.messages(REPORTS, Qos::AtLeastOnce);
        publisher.send(&packets, WINDOW)?;
        drop(packets);
        let idle = idle::rate_between(&world, "idle", begin, end).await?;
        let gateway = world.start_program(Program::Gateway)?;
        let taken = rate_between(&gateway, NAME, begin as f64, end as f64).await?;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        let share = counted(&gateway, "vigiroute_gateway_reports_used_total").await? / REPORTS as f64;
        stop(gateway).await;
        say(&format!("  round {round}: idle {idle:.0}/s, gateway {taken:.0}/s, used {:.1} %", share * 100.0));
        (idle_best, gateway_best, used) = (idle_best.max(idle), gateway_best.max(taken), used.min(share));
    }
    anyhow::ensure!(used > 0.95, "only {:.1} % of the reports were used", used * 100.0);
    let share = gateway_best / idle_best.max(1.0);
    Ok(vec![
        Figure::plain(
            "reports/s through Mosquitto, QoS 1 with acknowledgements by hand, 50,000 vehicles: a subscriber that does nothing",
            grouped(idle_best),
        ),
        Figure::goal(
            "… the gateway",
            format!("{} ({:.0} %)", grouped(gateway_best), share * 100.0),
            "at least 90 % of it",
            share >= LEAST_SHARE,
        ),
    ])
}
