//! How full bounded queues are, for `/metrics`: the one that stands at its capacity is where the pressure comes from.

use metrics::{Gauge, describe_gauge, gauge};
use std::time::Duration;
use tokio::sync::mpsc::Sender;

/// How often a queue is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Shows a queue as `vigiroute_queue_depth` and `vigiroute_queue_capacity` with the label `queue`, until its last sender
/// is gone. Queues of one name are counted together. The queue ends as it would without this.
///
/// Needs a Tokio runtime.
pub fn watch<T: Send + 'static>(name: &'static str, queue: &Sender<T>) {
    describe_gauge!("vigiroute_queue_depth", "What waits in a queue");
    describe_gauge!("vigiroute_queue_capacity", "Most that may wait in a queue");
    let capacity = gauge!("vigiroute_queue_capacity", "queue" => name);
    let mut shown = Shown { depth: gauge!("vigiroute_queue_depth", "queue" => name), was: 0 };
    let most = queue.max_capacity();
    add(&capacity, most);
    let queue = queue.downgrade();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(LOOK_EVERY);
        loop {
            tick.tick().await;
            let Some(depth) = queue.upgrade().map(|queue| most.saturating_sub(queue.capacity())) else {
                break;
            };
            shown.set(depth);
        }
        shown.set(0);
        subtract(&capacity, most);
    });
}

/// What this queue adds to the gauge.
struct Shown {
    depth: Gauge,
    was: usize,
}

impl Shown {
    fn set(&mut self, depth: usize) {
        add(&self.depth, depth);
        subtract(&self.depth, self.was);
        self.was = depth;
    }
}

#[allow(clippy::cast_precision_loss, reason = "a gauge")]
fn add(gauge: &Gauge, count: usize) {
    gauge.increment(count as f64);
}

#[allow(clippy::cast_precision_loss, reason = "a gauge")]
fn subtract(gauge: &Gauge, count: usize) {
    gauge.decrement(count as f64);
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tokio::sync::mpsc;

    #[tokio::test(start_paused = true)]
    async fn queues_of_one_name_are_shown_together_and_are_forgotten_with_their_senders() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let page = recorder.handle();
        let (one, _kept) = mpsc::channel(5);
        let (two, _kept_too) = mpsc::channel(7);
        metrics::with_local_recorder(&recorder, || {
            watch("reports", &one);
            watch("reports", &two);
        });
        one.try_send(1).unwrap();
        two.try_send(1).unwrap();
        two.try_send(2).unwrap();
        tokio::time::sleep(LOOK_EVERY * 2).await;
        let shown = page.render();
        assert!(shown.contains("vigiroute_queue_depth{queue=\"reports\"} 3\n"), "{shown}");
        assert!(shown.contains("vigiroute_queue_capacity{queue=\"reports\"} 12\n"), "{shown}");
        drop(two);
        tokio::time::sleep(LOOK_EVERY * 2).await;
        let shown = page.render();
        assert!(shown.contains("vigiroute_queue_depth{queue=\"reports\"} 1\n"), "{shown}");
        assert!(shown.contains("vigiroute_queue_capacity{queue=\"reports\"} 5\n"), "{shown}");
    }
}
