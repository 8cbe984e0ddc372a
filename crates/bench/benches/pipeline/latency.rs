//! From a report that is published to the event in a browser's session, with all programs at work.

use super::packets::{Packets, Qos, Reports, now_ms};
use super::world::{World, stop};
use bench::{Figure, payload, quantile, topic};
use model::stanza::{ZONE_NODE, read_events};
use std::time::{Duration, Instant};
use testbed::bosh::{Guest, Notice};
use testbed::{DOMAIN, Program};

const REPORTS_PER_S: usize = 5_000;
/// With these some twenty events a second come about.
const ZONES: usize = 200;
const SECONDS: u64 = 30;
/// Until the first vehicles are known.
const WARM_UP: Duration = Duration::from_secs(5);
const MOST_MEDIAN_MS: f64 = 100.0;
const MOST_P99_MS: f64 = 500.0;

pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let (world, mut publisher) = World::with_zones(ZONES).await?;
    let collector = world.program(Program::Collector).await?;
    let gateway = world.program(Program::Gateway).await?;
    let web = world.program(Program::Web).await?;
    let url = format!("{}/http-bind", world.stack.web_url());
    let mut guest = Guest::connect(&url, &format!("live.{DOMAIN}")).await?;
    guest.subscribe(&format!("pubsub.{DOMAIN}"), ZONE_NODE).await?;

    let mut reports = Reports::new(&world.city, REPORTS_PER_S, 0);
    let sending = std::thread::spawn(move || -> anyhow::Result<()> {
        let (begun, mut sent, mut json) = (Instant::now(), 0, String::new());
        while begun.elapsed() < Duration::from_secs(SECONDS) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let due = (begun.elapsed().as_secs_f64() * REPORTS_PER_S as f64) as usize;
            let mut packets = Packets::default();
            for _ in sent..due {
                let report = reports.next_now();
                payload(&report, &mut json);
                packets.add(&topic(&report), json.as_bytes(), Qos::AtMostOnce, false);
            }
            sent = due;
            publisher.write(&packets)?;
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    });
    let (begun, mut delays_ms) = (Instant::now(), Vec::new());
    while begun.elapsed() < Duration::from_secs(SECONDS) {
        let notices = guest.next_notices(Duration::from_secs(1)).await?;
        let now = now_ms();
        for notice in notices {
            let Notice::Published { payload, .. } = notice else { continue };
            let Ok(events) = read_events(&payload) else { continue };
            for event in events.iter().filter(|_| begun.elapsed() > WARM_UP) {
                #[allow(clippy::cast_precision_loss)]
                delays_ms.push((now - event.detected_at.as_ms()) as f64);
            }
        }
    }
    sending.join().unwrap_or_else(|_| anyhow::bail!("the publisher broke off"))?;
    stop(web).await;
    stop(gateway).await;
    stop(collector).await;
    anyhow::ensure!(delays_ms.len() > 100, "only {} events came to the browser", delays_ms.len());
    delays_ms.sort_by(f64::total_cmp);
    let (median, p99) = (quantile(&delays_ms, 0.5), quantile(&delays_ms, 0.99));
    let what = "report published → event in a browser's session, 5,000 reports/s";
    let count = delays_ms.len();
    Ok(vec![
        Figure::goal(
            format!("{what}: median of {count} events"),
            format!("{median:.0} ms"),
            "at most 100 ms",
            median <= MOST_MEDIAN_MS,
        ),
        Figure::goal("… 99 in 100 within", format!("{p99:.0} ms"), "at most 500 ms", p99 <= MOST_P99_MS),
    ])
}
