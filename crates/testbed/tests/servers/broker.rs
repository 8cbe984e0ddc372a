//! The broker's passwords, access list, limits and memory.

use std::time::Duration;

use rumqttc::{AsyncClient, ConnAck, ConnectReturnCode, Event, EventLoop, MqttOptions, Packet, Publish, QoS};
use testbed::{Bridge, Feed, Folder, Stack};
use tokio::sync::mpsc;
use tokio::time::timeout;

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_secs(5);

fn options(stack: &Stack, id: &str, login: Option<(&str, &str)>) -> MqttOptions {
    let mut options = MqttOptions::new(id, "127.0.0.1", stack.mosquitto.port());
    options.set_max_packet_size(16 << 20, 16 << 20);
    if let Some((user, password)) = login {
        options.set_credentials(user, password);
    }
    options
}

async fn answer(mut events: EventLoop) -> Result<ConnAck, rumqttc::ConnectionError> {
    loop {
        if let Event::Incoming(Packet::ConnAck(ack)) = events.poll().await? {
            return Ok(ack);
        }
    }
}

/// A connected client, and what it hears.
struct Peer {
    client: AsyncClient,
    heard: mpsc::Receiver<Publish>,
}

impl Peer {
    fn connect(options: MqttOptions) -> Self {
        let (client, mut events) = AsyncClient::new(options, 64);
        let (tell, heard) = mpsc::channel(1024);
        tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::Publish(publish))) => {
                        if tell.send(publish).await.is_err() {
                            return;
                        }
                    }
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        });
        Self { client, heard }
    }

    async fn publish(&self, topic: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(topic, QoS::AtLeastOnce, false, payload).await.unwrap();
    }

    async fn topics_heard(&mut self) -> Vec<String> {
        let mut topics = Vec::new();
        while let Ok(Some(publish)) = timeout(SHORT, self.heard.recv()).await {
            topics.push(publish.topic);
        }
        topics
    }
}

async fn observer(stack: &mut Stack) -> Peer {
    let password = stack.mosquitto.add_account_with("observer", &["topic readwrite #"]).await.unwrap();
    let peer = Peer::connect(options(stack, "observer", Some(("observer", &password))));
    peer.client.subscribe("#", QoS::AtLeastOnce).await.unwrap();
    tokio::time::sleep(SHORT).await;
    peer
}

#[tokio::test]
async fn nobody_is_anonymous_and_a_wrong_password_is_refused() {
    let stack = Stack::start().await.unwrap();
    for login in [None, Some(("gateway", "wrong")), Some(("nobody", "x"))] {
        let (_, events) = AsyncClient::new(options(&stack, "intruder", login), 4);
        let refused = timeout(LONG, answer(events)).await.unwrap().unwrap_err();
        assert!(
            matches!(refused, rumqttc::ConnectionError::ConnectionRefused(ConnectReturnCode::NotAuthorized)),
            "{login:?}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_vehicle_writes_under_its_own_id_only() {
    let mut stack = Stack::start().await.unwrap();
    let mut observer = observer(&mut stack).await;
    let password = stack.mosquitto.add_account("v1").await.unwrap();
    let vehicle = Peer::connect(options(&stack, "v1", Some(("v1", &password))));

    for topic in [
        "vigiroute/v1/vehicles/v2/position",
        "vigiroute/v1/zones/z1",
        "vigiroute/v1/simulation/set",
        "vigiroute/v1/fleets/f1/positions",
        "/hfp/v2/journey/ongoing/vp/tram",
        "owntracks/v2/phone",
        "vigiroute/v1/vehicles/v1/position",
        "vigiroute/v1/fleets/v1/positions",
        "owntracks/v1/phone",
        "5GCroCo/inQueue/v2x/cam/v1/1/2/3",
    ] {
        vehicle.publish(topic, "x").await;
    }

    let heard = observer.topics_heard().await;
    assert_eq!(
        heard,
        [
            "vigiroute/v1/vehicles/v1/position",
            "vigiroute/v1/fleets/v1/positions",
            "owntracks/v1/phone",
            "5GCroCo/inQueue/v2x/cam/v1/1/2/3"
        ]
    );
}

#[tokio::test]
async fn the_gateway_hears_every_dialect_and_writes_nothing() {
    let mut stack = Stack::start().await.unwrap();
    let password = stack.mosquitto.password("gateway").unwrap();
    let mut gateway = Peer::connect(options(&stack, "gateway", Some(("gateway", &password))));
    let mut observer = observer(&mut stack).await;
    for filter in ["vigiroute/v1/vehicles/+/position", "/hfp/v2/journey/ongoing/vp/#", "vigiroute/v1/zones/+"]
    {
        gateway.client.subscribe(filter, QoS::AtLeastOnce).await.unwrap();
    }
    tokio::time::sleep(SHORT).await;
    let heard_by_gateway = [
        "vigiroute/v1/vehicles/v1/position",
        "/hfp/v2/journey/ongoing/vp/tram/40/1",
        "vigiroute/v1/zones/z1",
    ];
    for topic in heard_by_gateway {
        observer.publish(topic, "x").await;
    }
    assert_eq!(gateway.topics_heard().await, heard_by_gateway);
    observer.topics_heard().await;

    gateway.publish("vigiroute/v1/zones/z1", "forged").await;
    gateway.publish("vigiroute/v1/vehicles/v1/position", "forged").await;
    assert!(observer.topics_heard().await.is_empty());
}

#[tokio::test]
async fn a_payload_too_large_never_arrives_and_what_follows_does() {
    let mut stack = Stack::start().await.unwrap();
    let mut observer = observer(&mut stack).await;
    let password = stack.mosquitto.add_account("v1").await.unwrap();

    // Over the limit: taken and dropped. The largest that still passes follows on the same connection.
    let vehicle = Peer::connect(options(&stack, "v1", Some(("v1", &password))));
    vehicle.publish("vigiroute/v1/vehicles/v1/position", vec![b' '; (512 << 10) + 1]).await;
    vehicle.publish("vigiroute/v1/vehicles/v1/hazard", vec![b' '; 512 << 10]).await;
    assert_eq!(observer.topics_heard().await, ["vigiroute/v1/vehicles/v1/hazard"]);

    // Far over it: the connection is ended before the payload is read.
    let (client, mut events) = AsyncClient::new(options(&stack, "v1-huge", Some(("v1", &password))), 4);
    client
        .publish("vigiroute/v1/vehicles/v1/position", QoS::AtMostOnce, false, vec![b' '; 10 << 20])
        .await
        .unwrap();
    let ended = timeout(LONG, async { while events.poll().await.is_ok() {} }).await;
    assert!(ended.is_ok());
    vehicle.publish("vigiroute/v1/vehicles/v1/position", "x").await;
    assert_eq!(observer.topics_heard().await, ["vigiroute/v1/vehicles/v1/position"]);
}

#[tokio::test]
async fn what_waits_for_an_absent_gateway_survives_a_restart_of_the_broker() {
    let mut stack = Stack::start().await.unwrap();
    let password = stack.mosquitto.password("gateway").unwrap();
    let mut settings = options(&stack, "gateway", Some(("gateway", &password)));
    settings.set_clean_session(false);
    let (client, mut events) = AsyncClient::new(settings.clone(), 4);
    client.subscribe("vigiroute/v1/vehicles/+/position", QoS::AtLeastOnce).await.unwrap();
    loop {
        if let Event::Incoming(Packet::SubAck(_)) = events.poll().await.unwrap() {
            break;
        }
    }
    drop(events);
    let simulator = stack.mosquitto.password("simulator").unwrap();
    let sender = Peer::connect(options(&stack, "simulator", Some(("simulator", &simulator))));
    for n in 0..100 {
        sender.publish(&format!("vigiroute/v1/vehicles/v{n}/position"), "x").await;
    }
    tokio::time::sleep(SHORT).await;

    stack.mosquitto.stop().await;
    stack.mosquitto.restart().await.unwrap();

    let mut gateway = Peer::connect(settings);
    assert_eq!(gateway.topics_heard().await.len(), 100);
}

#[tokio::test]
async fn the_bridge_carries_the_feed_of_real_vehicles_and_nothing_else() {
    let mut stack = Stack::start().await.unwrap();
    let mut observer = observer(&mut stack).await;
    let folder = Folder::temporary().unwrap();
    let feed = Feed::start(&folder).await.unwrap();
    let mut bridge = Bridge::start(folder.path(), &stack.mosquitto, &feed.address()).await.unwrap();
    let player = Peer::connect(MqttOptions::new("player", "127.0.0.1", feed.port()));
    let wanted =
        "/hfp/v2/journey/ongoing/vp/tram/0040/00414/1009/2/Katajanokan/13:04/1050402/5/60;24/19/64/58";

    // The bridge connects when it can; play until it does.
    let mut heard = Vec::new();
    for _ in 0..20 {
        player.publish("/hfp/v2/journey/ongoing/due/tram/0040/00414", "{}").await;
        player.publish("vigiroute/v1/vehicles/v1/position", "{}").await;
        player.publish(wanted, r#"{"VP":{"lat":60.17}}"#).await;
        heard = observer.topics_heard().await;
        if !heard.is_empty() {
            break;
        }
    }

    assert!(!heard.is_empty(), "{}", bridge.tail());
    assert!(heard.iter().all(|topic| topic == wanted), "{heard:?}");
    assert!(bridge.is_running());
    bridge.stop().await;
    assert!(!bridge.is_running());
}
