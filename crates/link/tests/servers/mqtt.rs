//! The MQTT client against a real Mosquitto.

use link::mqtt::{self, Client, Incoming, LastWill, Login, Message, Options, PublishError, Qos, Settings};
use link::{Condition, Readiness};
use std::time::Duration;
use testbed::{Folder, Mosquitto, Port, Secrets};
use tokio::time::{Instant, timeout};

const LONG: Duration = Duration::from_secs(20);

struct Broker {
    mosquitto: Mosquitto,
    _folder: Folder,
}

async fn broker() -> Broker {
    let folder = Folder::temporary().unwrap();
    let secrets = Secrets::in_folder(folder.room("secrets").unwrap()).unwrap();
    let mosquitto = Mosquitto::start(&folder, &secrets, Port::free().unwrap()).await.unwrap();
    Broker { mosquitto, _folder: folder }
}

impl Broker {
    fn settings(&self, user: &str) -> Settings {
        let password = self.mosquitto.password(user).unwrap().into();
        let login = Some(Login { user: user.into(), password });
        Settings { host: "127.0.0.1".into(), port: self.mosquitto.port(), login }
    }

    async fn connect(&self, user: &str, options: Options) -> (Client, Incoming) {
        let (client, incoming) = mqtt::connect(&self.settings(user), options, condition());
        timeout(LONG, client.connected()).await.unwrap().unwrap();
        (client, incoming)
    }
}

fn condition() -> Condition {
    Readiness::new().condition("mqtt")
}

fn gateway() -> Options {
    Options {
        keep_session: true,
        subscriptions: vec![("vigiroute/v1/vehicles/+/position".into(), Qos::AtLeastOnce)],
        ..Options::new("gateway")
    }
}

fn topic(vehicle: usize) -> String {
    format!("vigiroute/v1/vehicles/v{vehicle}/position")
}

async fn next(incoming: &mut Incoming) -> Message {
    timeout(LONG, incoming.recv()).await.expect("no message came").expect("closed")
}

fn number(message: &Message) -> usize {
    std::str::from_utf8(&message.payload).unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again_and_what_is_does_not() {
    let broker = broker().await;
    let (receiver, mut incoming) = broker.connect("gateway", gateway()).await;
    let (sender, _) = broker.connect("simulator", Options::new("simulator")).await;
    for number in 0..10 {
        sender.publish(topic(1), number.to_string(), Qos::AtLeastOnce, false).await.unwrap();
    }
    for expected in 0..10 {
        let message = next(&mut incoming).await;
        assert_eq!((number(&message), message.topic), (expected, topic(1)));
        if expected < 6 {
            receiver.acknowledge(message.ack.unwrap());
        }
    }
    assert!(receiver.close(LONG).await);

    let (_receiver, mut incoming) = broker.connect("gateway", gateway()).await;
    for expected in 6..10 {
        assert_eq!(number(&next(&mut incoming).await), expected);
    }
}

#[tokio::test]
async fn a_full_queue_stops_the_broker_and_nothing_is_lost_or_dead_locked() {
    const COUNT: usize = 3_000;
    let broker = broker().await;
    let options = Options { incoming_capacity: 10, ..gateway() };
    let (receiver, mut incoming) = broker.connect("gateway", options).await;
    let (sender, _) = broker.connect("simulator", Options::new("simulator")).await;
    let sending = tokio::spawn(async move {
        for number in 0..COUNT {
            sender.publish(topic(number % 7), number.to_string(), Qos::AtLeastOnce, false).await.unwrap();
        }
        assert!(sender.close(LONG).await, "not all was acknowledged by the broker");
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut held = Vec::new();
    for expected in 0..COUNT {
        let message = next(&mut incoming).await;
        assert_eq!(number(&message), expected);
        held.push(message.ack.unwrap());
        // In batches, as a program that commits in batches does.
        if held.len() == 64 {
            held.drain(..).for_each(|ack| receiver.acknowledge(ack));
        }
    }
    sending.await.unwrap();
}

#[tokio::test]
async fn what_is_published_while_the_broker_is_away_arrives_even_if_it_forgot_us() {
    let mut broker = broker().await;
    let options = Options {
        subscriptions: vec![("vigiroute/v1/vehicles/+/position".into(), Qos::AtLeastOnce)],
        ..Options::new("watcher")
    };
    let (sender, _) = broker.connect("simulator", Options::new("simulator")).await;
    for number in 0..50 {
        sender.publish(topic(1), number.to_string(), Qos::AtLeastOnce, true).await.unwrap();
    }
    broker.mosquitto.kill().await;
    for number in 50..200 {
        sender.publish(topic(number), number.to_string(), Qos::AtLeastOnce, true).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    broker.mosquitto.restart().await.unwrap();
    assert!(sender.close(LONG).await);

    let (_receiver, mut incoming) = broker.connect("gateway", options).await;
    let mut seen: Vec<usize> = Vec::new();
    for _ in 0..151 {
        let message = next(&mut incoming).await;
        assert!(message.retain);
        seen.push(number(&message));
    }
    seen.sort_unstable();
    assert_eq!(seen, (49..200).collect::<Vec<_>>(), "one retained message a topic");
}

#[tokio::test]
async fn subscriptions_come_back_with_the_broker() {
    let mut broker = broker().await;
    let options = Options { keep_session: false, ..gateway() };
    let (receiver, mut incoming) = broker.connect("gateway", options).await;
    let connection = receiver.connection();
    let before = connection.borrow().count;
    broker.mosquitto.kill().await;
    broker.mosquitto.restart().await.unwrap();
    let (sender, _) = broker.connect("simulator", Options::new("simulator")).await;
    let mut connection = receiver.connection();
    let back = connection.wait_for(|now| now.up && now.count > before);
    assert!(!timeout(LONG, back).await.unwrap().unwrap().session_present);
    sender.publish(topic(1), "1", Qos::AtLeastOnce, true).await.unwrap();
    assert_eq!(number(&next(&mut incoming).await), 1);
}

#[tokio::test]
async fn a_message_far_too_large_does_not_stop_the_others() {
    let mut broker = broker().await;
    let (receiver, mut incoming) = broker.connect("gateway", gateway()).await;
    // 400 KiB pass the broker and are cut by the client; 10 MiB are refused by the broker with the connection.
    let (sender, _) = broker.connect("simulator", Options::new("simulator")).await;
    sender.publish(topic(1), vec![b'x'; 400 * 1024], Qos::AtLeastOnce, false).await.unwrap();
    sender.publish(topic(1), "1", Qos::AtLeastOnce, false).await.unwrap();
    let message = next(&mut incoming).await;
    assert_eq!(message.payload.len(), 256 * 1024 + 1);
    receiver.acknowledge(message.ack.unwrap());
    let message = next(&mut incoming).await;
    assert_eq!(number(&message), 1);
    receiver.acknowledge(message.ack.unwrap());

    let password = broker.mosquitto.add_account("wild").await.unwrap();
    let login = Some(Login { user: "wild".into(), password: password.into() });
    let settings = Settings { login, ..broker.settings("gateway") };
    let (wild, _) = mqtt::connect(&settings, Options::new("wild"), condition());
    wild.connected().await.unwrap();
    wild.publish(
        "vigiroute/v1/vehicles/wild/position",
        vec![b'x'; 10 * 1024 * 1024],
        Qos::AtLeastOnce,
        false,
    )
    .await
    .unwrap();
    sender.publish(topic(1), "2", Qos::AtLeastOnce, false).await.unwrap();
    assert_eq!(number(&next(&mut incoming).await), 2);
}

/// A broker that lets messages of any size pass, unlike the deployment's.
struct Boundless {
    process: std::process::Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Boundless {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = Port::free().unwrap().number();
        let configuration = folder.path().join("mosquitto.conf");
        std::fs::write(&configuration, format!("listener {port} 127.0.0.1\nallow_anonymous true\n")).unwrap();
        // Where Debian puts it, which is not on everybody's path.
        let installed = std::path::Path::new("/usr/sbin/mosquitto");
        let mut command =
            std::process::Command::new(if installed.exists() { installed } else { "mosquitto".as_ref() });
        let process =
            command.arg("-c").arg(&configuration).stderr(std::process::Stdio::null()).spawn().unwrap();
        let broker = Self { process, port, _folder: folder };
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        broker
    }
}

impl Drop for Boundless {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_message_larger_than_is_read_at_once_does_not_block_the_session_for_ever() {
    let broker = Boundless::start().await;
    let settings = Settings { host: "127.0.0.1".into(), port: broker.port, login: None };
    let (receiver, mut incoming) = mqtt::connect(&settings, gateway(), condition());
    let (sender, _) = mqtt::connect(&settings, Options::new("simulator"), condition());
    receiver.connected().await.unwrap();
    for payload in [&b"1"[..], &vec![b'x'; 10 << 20], b"2", &vec![b'x'; 3 << 20], b"3"] {
        sender.publish(topic(1), payload, Qos::AtLeastOnce, false).await.unwrap();
    }
    let mut lengths = Vec::new();
    while lengths.last() != Some(&(1, b'3')) {
        let message = next(&mut incoming).await;
        lengths.push((message.payload.len(), message.payload[0]));
        receiver.acknowledge(message.ack.unwrap());
    }
    let cut = (256 * 1024 + 1, b'x');
    assert_eq!(lengths, [(1, b'1'), cut, (1, b'2'), cut, (1, b'3')]);
    assert_eq!(receiver.connection().borrow().count, 1, "no new connection was needed");
}

#[tokio::test]
async fn a_refused_login_and_an_absent_broker_are_named() {
    let broker = broker().await;
    let reason = async |settings: &Settings, words: &str| {
        let readiness = Readiness::new();
        let (_client, _) = mqtt::connect(settings, Options::new("x"), readiness.condition("mqtt"));
        let named = timeout(LONG, async {
            while !readiness.missing().iter().any(|lack| lack.reason.contains(words)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        named.await.unwrap_or_else(|_| panic!("{words:?} not in {:?}", readiness.missing()));
    };
    let good = broker.settings("gateway");
    let login = Some(Login { user: "gateway".into(), password: "wrong".to_owned().into() });
    reason(
        &Settings { login, ..good.clone() },
        "refuses the login of user gateway: check VIGIROUTE_MQTT_USER",
    )
    .await;
    reason(&Settings { login: None, ..good.clone() }, "refuses an anonymous login").await;
    reason(&Settings { port: 1, ..good }, "no connection to the MQTT broker at 127.0.0.1:1").await;
}

#[tokio::test]
async fn the_last_will_speaks_for_who_vanishes_and_not_for_who_says_goodbye() {
    let broker = broker().await;
    let status = |vehicle: &str| format!("vigiroute/v1/vehicles/{vehicle}/status");
    let options = Options {
        subscriptions: vec![("vigiroute/v1/vehicles/+/status".into(), Qos::AtLeastOnce)],
        ..Options::new("watcher")
    };
    let (_watcher, mut incoming) = broker.connect("gateway", options).await;
    let with_will = |vehicle: &str| Options {
        last_will: Some(LastWill {
            topic: status(vehicle),
            payload: b"gone".to_vec(),
            qos: Qos::AtLeastOnce,
            retain: true,
        }),
        ..Options::new(vehicle)
    };
    let (polite, _) = broker.connect("simulator", with_will("polite")).await;
    assert!(polite.close(LONG).await);
    // A second connection of the same name throws the first out, which is how a broker sees somebody vanish.
    let (vanishing, _) = broker.connect("simulator", with_will("vanishing")).await;
    let (other, _) = broker.connect("simulator", Options::new("vanishing")).await;
    let message = next(&mut incoming).await;
    assert_eq!((message.topic, &message.payload[..]), (status("vanishing"), &b"gone"[..]));
    drop((vanishing, other));
}

#[tokio::test]
async fn topics_that_are_none_and_a_full_queue_are_refused() {
    let settings = Settings { host: "127.0.0.1".into(), port: 1, login: None };
    let options = Options { outgoing_capacity: 2, ..Options::new("x") };
    let (client, incoming) = mqtt::connect(&settings, options, condition());
    let publish = |topic: &str| client.try_publish(topic, "x", Qos::AtMostOnce, false);
    for topic in ["", "a/#", "a/+/b"] {
        assert_eq!(publish(topic), Err(PublishError::Topic), "{topic}");
    }
    assert_eq!(publish(&"x".repeat(65_536)), Err(PublishError::Topic));
    assert_eq!([publish("a"), publish("a"), publish("a")], [Ok(()), Ok(()), Err(PublishError::Full)]);
    assert!(!client.close(Duration::from_millis(200)).await, "undelivered");
    assert_eq!(publish("a"), Err(PublishError::Closed));
    drop(incoming);
}

#[tokio::test]
async fn publishing_and_receiving_keep_up_with_thousands_a_second() {
    const COUNT: usize = 40_000;
    let broker = broker().await;
    let (receiver, mut incoming) = broker.connect("gateway", gateway()).await;
    let (sender, _) = broker.connect("simulator", Options::new("simulator")).await;
    let begun = Instant::now();
    let sending = tokio::spawn(async move {
        for number in 0..COUNT {
            let payload = format!("{number:0150}");
            sender.publish(topic(number % 300), payload, Qos::AtLeastOnce, false).await.unwrap();
        }
        assert!(sender.close(LONG).await);
        begun.elapsed()
    });
    for expected in 0..COUNT {
        let message = next(&mut incoming).await;
        assert_eq!(number(&message), expected);
        receiver.acknowledge(message.ack.unwrap());
    }
    let received = begun.elapsed();
    let sent = sending.await.unwrap();
    println!("{COUNT} messages of QoS 1: published and acknowledged in {sent:?}, received in {received:?}");
    assert!(received < Duration::from_secs(20), "{received:?}");
}
