//! One connection to the broker: bytes in, bytes out.

use super::error::Broken;
use super::packets::Packets;
use super::{Options, Settings};
use bytes::BytesMut;
use rumqttc::mqttbytes::v4::{Connect, LastWill, Login};
use rumqttc::{ConnectReturnCode, Packet};
use secrecy::ExposeSecret;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a connect may take before it is tried again.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// With fewer bytes than this it is worth waiting for more.
const LITTLE: usize = 64 * 1024;

/// A connection.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    packets: Packets,
    /// To be written.
    pub(super) output: BytesMut,
}

/// How moving bytes went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    /// Some bytes came; whether they were few, and all there were.
    In { is_little: bool },
    /// Some bytes went out.
    Out,
}

impl Wire {
    /// Connects and logs in. Whether the broker still knew our session.
    ///
    /// # Errors
    /// When there is no broker, or it does not want us.
    pub(super) async fn connect(settings: &Settings, options: &Options) -> Result<(Self, bool), Broken> {
        timeout(CONNECT_TIME, log_in(settings, options)).await.unwrap_or(Err(Broken::Silent))
    }

    /// Reads (where that is `wanted`) and writes what waits to be, whichever can be done first; waits for ever when there is
    /// nothing to do. Cut short, nothing is lost.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) async fn move_bytes(&mut self, wanted: bool) -> Result<Moved, Broken> {
        let (mut from, mut to) = self.stream.split();
        let (bytes, room) = self.packets.room();
        tokio::select! {
            written = to.write_buf(&mut self.output), if !self.output.is_empty() => match written? {
                0 => Err(Broken::Ended),
                _ => Ok(Moved::Out),
            },
            read = from.read_buf(bytes), if wanted => match read? {
                0 => Err(Broken::Ended),
                read => Ok(Moved::In { is_little: read < room && read < LITTLE }),
            },
            else => std::future::pending().await,
        }
    }

    /// The next packet among the bytes that were read.
    ///
    /// # Errors
    /// When they are no MQTT.
    pub(super) fn next(&mut self) -> Result<Option<Packet>, Broken> {
        Ok(self.packets.next()?)
    }

    /// Writes what waits to be, all of it.
    ///
    /// # Errors
    /// When the connection broke.
    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        Ok(self.stream.write_all_buf(&mut self.output).await?)
    }

    /// Ends the connection in good order: when this returns the broker has read all that was written, and closed it.
    pub(super) async fn goodbye(mut self) {
        self.output.extend_from_slice(&[0xe0, 0]);
        if self.flush().await.is_err() {
            return;
        }
        // Closed from here, what the broker still sends would make it throw away what it has not read.
        let mut scratch = [0; 4096];
        while let Ok(1..) = self.stream.read(&mut scratch).await {}
    }
}

async fn log_in(settings: &Settings, options: &Options) -> Result<(Wire, bool), Broken> {
    let stream = TcpStream::connect((settings.host.as_str(), settings.port)).await?;
    stream.set_nodelay(true)?;
    let packets = Packets::new(options.max_payload_bytes);
    let mut wire = Wire { stream, packets, output: BytesMut::new() };
    connect(settings, options).write(&mut wire.output)?;
    wire.flush().await?;
    loop {
        match wire.next()? {
            Some(Packet::ConnAck(ack)) if ack.code == ConnectReturnCode::Success => {
                return Ok((wire, ack.session_present));
            }
            Some(Packet::ConnAck(ack)) => return Err(Broken::Refused(ack.code)),
            Some(_) => return Err(Broken::Packet(rumqttc::mqttbytes::Error::MalformedPacket)),
            None => {
                wire.move_bytes(true).await?;
            }
        }
    }
}

fn connect(settings: &Settings, options: &Options) -> Connect {
    let mut connect = Connect::new(&options.client_id);
    connect.keep_alive = u16::try_from(options.keep_alive.as_secs()).unwrap_or(u16::MAX);
    connect.clean_session = !options.keep_session;
    connect.login =
        settings.login.as_ref().map(|login| Login::new(&login.user, login.password.expose_secret()));
    connect.last_will = options
        .last_will
        .as_ref()
        .map(|will| LastWill::new(&will.topic, will.payload.clone(), will.qos.into(), will.retain));
    connect
}
