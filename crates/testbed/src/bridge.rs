//! The bridge from the public feed of Helsinki's buses and trams, and a broker that plays that feed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpStream;

use crate::mosquitto::user;
use crate::process::{Process, Recipe, find};
use crate::template::{fill, write_private};
use crate::{Error, Folder, Mosquitto, Port};

const CONFIGURATION: &str = include_str!("../../../deploy/mosquitto/bridge.conf");
const READY_WITHIN: Duration = Duration::from_secs(10);
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Where a feed is: `mqtts://host:port` or, without TLS, `mqtt://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAddress {
    /// `host:port`.
    address: String,
    tls: bool,
}

impl FeedAddress {
    /// The public feed.
    pub const PUBLIC: &str = "mqtts://mqtt.hsl.fi:8883";

    /// Reads an address.
    ///
    /// # Errors
    /// With a sentence that tells what an address looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("{text:?} is no feed address; write mqtts://host:port, or mqtt://host:port without TLS")
        };
        let (scheme, address) = text.split_once("://").ok_or_else(wrong)?;
        let tls = match scheme {
            "mqtts" => true,
            "mqtt" => false,
            _ => return Err(wrong()),
        };
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        let host_is_plain = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        if host.is_empty() || !host_is_plain || port.parse::<u16>().is_err() {
            return Err(wrong());
        }
        Ok(Self { address: address.to_owned(), tls })
    }
}

impl fmt::Display for FeedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "mqtts" } else { "mqtt" }, self.address)
    }
}

/// A process that carries the feed into the broker until the value is dropped.
#[derive(Debug)]
pub struct Bridge {
    process: Process,
    socket: PathBuf,
}

impl Bridge {
    /// Starts carrying. Returns as soon as the process runs: the feed may be out of reach for as long as it likes, the
    /// bridge tries again.
    ///
    /// # Errors
    /// When Mosquitto is missing or does not start.
    pub async fn start(folder: &Path, mosquitto: &Mosquitto, feed: &FeedAddress) -> Result<Self, Error> {
        let room = folder.join("bridge");
        std::fs::create_dir_all(&room).map_err(Error::io("make the folder", &room))?;
        let socket = room.join("sock");
        let tls = if feed.tls { format!("bridge_cafile {AUTHORITIES}") } else { String::new() };
        let configuration = room.join("bridge.conf");
        let text = fill(
            CONFIGURATION,
            &[
                // Relative to the room: a socket's whole path may have 107 bytes at most.
                ("SOCKET", "sock"),
                ("USER", user()),
                ("FEED_ADDRESS", &feed.address),
                ("FEED_TLS", &tls),
                ("CLIENT_ID", &format!("vigiroute-{:08x}", rand::random::<u32>())),
                ("BROKER_ADDRESS", &format!("127.0.0.1:{}", mosquitto.port())),
                ("BROKER_PASSWORD", &mosquitto.password("bridge")?),
            ],
        );
        write_private(&configuration, &text)?;
        let process = Process::new(Recipe {
            name: "bridge".into(),
            program: find(&["mosquitto"], "mosquitto")?,
            arguments: vec!["-c".into(), configuration.into()],
            environment: Vec::new(),
            folder: room,
            log: folder.join("bridge.log"),
        });
        let mut bridge = Self { process, socket };
        bridge.restart().await?;
        Ok(bridge)
    }

    /// Starts it if it does not run.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(&mut self) -> Result<(), Error> {
        // A crash leaves its socket lying about, which a new process would take for one in use.
        if !self.process.is_running() {
            let _ = std::fs::remove_file(&self.socket);
        }
        self.process.start()?;
        let socket = &self.socket;
        self.process.wait_until(READY_WITHIN, async || socket.exists()).await
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Ends it in good order.
    pub async fn stop(&mut self) {
        self.process.stop(Duration::from_secs(5)).await;
    }

    /// The last lines of its log.
    #[must_use]
    pub fn tail(&self) -> String {
        self.process.tail()
    }
}

/// A broker that plays the public feed: like that one, it lets anybody read, and here anybody write too.
#[derive(Debug)]
pub struct Feed {
    _process: Process,
    port: Port,
}

impl Feed {
    /// Starts an empty feed; a test publishes on it what should be heard.
    ///
    /// # Errors
    /// When Mosquitto is missing or does not start.
    pub async fn start(folder: &Folder) -> Result<Self, Error> {
        let room = folder.room("feed")?;
        let port = Port::free()?;
        let number = port.number();
        let configuration = room.join("feed.conf");
        let text = format!(
            "listener {number} 127.0.0.1\nallow_anonymous true\nuser {}\npersistence false\n",
            user()
        );
        write_private(&configuration, &text)?;
        let mut process = Process::new(Recipe {
            name: "feed".into(),
            program: find(&["mosquitto"], "mosquitto")?,
            arguments: vec!["-c".into(), configuration.into()],
            environment: Vec::new(),
            folder: room,
            log: folder.path().join("feed.log"),
        });
        process.start()?;
        process
            .wait_until(READY_WITHIN, async || TcpStream::connect(("127.0.0.1", number)).await.is_ok())
            .await?;
        Ok(Self { _process: process, port })
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// Its address, as the bridge wants it.
    #[must_use]
    pub fn address(&self) -> FeedAddress {
        FeedAddress { address: format!("127.0.0.1:{}", self.port()), tls: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_or_refused_with_an_example() {
        let address = FeedAddress::parse(FeedAddress::PUBLIC).unwrap();
        assert_eq!(address, FeedAddress { address: "mqtt.hsl.fi:8883".into(), tls: true });
        assert!(!FeedAddress::parse("mqtt://127.0.0.1:1884").unwrap().tls);
        for wrong in
            ["mqtt.hsl.fi:8883", "http://a:1", "mqtt://a", "mqtt://:1", "mqtt://a:70000", "mqtt://a\nb:1"]
        {
            assert!(FeedAddress::parse(wrong).unwrap_err().contains("mqtts://host:port"), "{wrong}");
        }
    }
}
