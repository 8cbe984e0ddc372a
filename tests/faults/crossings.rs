//! Reports that make as many events as a test wants: vehicles far from all roads that go into a zone and out of it.

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::json;
use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use testbed::Stack;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Vehicles that report together, as many as one message may hold.
pub const FLEET: usize = 1_000;
/// From one report of a vehicle to its next, in ms.
pub const EVERY_MS: i64 = 30_000;
const ZONE_AT: [f64; 2] = [60.5, 25.5];
/// In or out is so far in latitude, about 330 m.
const STEP_DEG: f64 = 0.003;
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(60);

/// Whoever reports.
pub struct Crossings {
    client: AsyncClient,
    acked: mpsc::Receiver<()>,
    /// The time of the first report, epoch ms.
    pub begin_ms: i64,
}

impl Crossings {
    /// Connects, sets the zone; the reports of `rounds` will all lie in the past.
    pub async fn begin(stack: &mut Stack, rounds: usize) -> Self {
        let password =
            stack.mosquitto.add_account_with("crowd", &["topic write #"]).await.expect("an account");
        let mut options = MqttOptions::new("crowd", "127.0.0.1", stack.mosquitto.port());
        options.set_credentials("crowd", password).set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut eventloop) = AsyncClient::new(options, 10);
        let (ack, acked) = mpsc::channel(10);
        tokio::spawn(async move {
            while !ack.is_closed() {
                match eventloop.poll().await {
                    Ok(Event::Incoming(Packet::PubAck(_))) => drop(ack.send(()).await),
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        });
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
        let length_ms = EVERY_MS * i64::try_from(rounds + 2).expect("few");
        let begin_ms = i64::try_from(now.as_millis()).expect("a sound clock") - length_ms;
        let mut crossings = Self { client, acked, begin_ms };
        let zone = json!({"type": "Feature", "properties": {"id": "far", "name": "Far", "radius_m": 100},
            "geometry": {"type": "Point", "coordinates": [ZONE_AT[1], ZONE_AT[0]]}});
        crossings.publish("vigiroute/v1/zones/far", zone.to_string(), true).await;
        crossings
    }

    /// Every vehicle of this fleet reports for this round: outside in the even ones, inside in the odd ones. From the second
    /// round on each makes one event.
    pub async fn report(&mut self, fleet: usize, round: usize) {
        let at_ms = self.begin_ms + EVERY_MS * i64::try_from(round).expect("few");
        let lat = ZONE_AT[0] + if round.is_multiple_of(2) { STEP_DEG } else { 0.0 };
        let mut payload = String::from("[");
        for vehicle in 0..FLEET {
            let comma = if vehicle > 0 { "," } else { "" };
            let ts = at_ms + i64::try_from(vehicle).expect("few");
            let lon = ZONE_AT[1];
            let _ = write!(payload, r#"{comma}{{"vehicle":"v{vehicle}","ts":{ts},"lat":{lat},"lon":{lon}}}"#);
        }
        payload.push(']');
        self.publish(&format!("vigiroute/v1/fleets/f{fleet}/positions"), payload, false).await;
    }

    async fn publish(&mut self, topic: &str, payload: String, retain: bool) {
        self.client.publish(topic, QoS::AtLeastOnce, retain, payload).await.expect("a connection");
        timeout(ACKNOWLEDGED_WITHIN, self.acked.recv()).await.expect("the broker acknowledges");
    }
}
