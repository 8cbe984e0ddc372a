//! A publisher that does nothing but write what was made beforehand, so that it takes little from what is measured.

use super::packets::Packets;
use anyhow::{Context, ensure};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Bytes written at once.
const PIECE: usize = 64 * 1024;
/// Longest wait for the broker to take what it was given.
const TAKEN_WITHIN: Duration = Duration::from_secs(60);

/// A connection to the broker. Its thread counts acknowledgements.
#[derive(Debug)]
pub struct Publisher {
    stream: TcpStream,
    acked: Arc<AtomicU64>,
    sent: u64,
}

impl Publisher {
    /// Logs in on 127.0.0.1.
    pub fn connect(port: u16, user: &str, password: &str) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).context("no connection to Mosquitto")?;
        stream.set_nodelay(true)?;
        let mut body = vec![0, 4, b'M', b'Q', b'T', b'T', 4, 0xc2, 0, 0];
        for text in ["bench-publisher", user, password] {
            body.extend((text.len() as u16).to_be_bytes());
            body.extend(text.as_bytes());
        }
        let length = u8::try_from(body.len()).ok().filter(|length| *length < 128).context("too long")?;
        stream.write_all(&[&[0x10, length], body.as_slice()].concat())?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).context("Mosquitto does not answer")?;
        ensure!(answer == [0x20, 2, 0, 0], "Mosquitto refuses the publisher: {answer:?}");
        let acked = Arc::new(AtomicU64::new(0));
        let (counted, mut incoming) = (Arc::clone(&acked), stream.try_clone()?);
        std::thread::spawn(move || {
            let (mut buffer, mut bytes) = ([0; 16 * 1024], 0_u64);
            // Nothing but acknowledgements of four bytes comes.
            while let Ok(read @ 1..) = incoming.read(&mut buffer) {
                bytes += read as u64;
                counted.store(bytes / 4, Ordering::Release);
            }
        });
        Ok(Self { stream, acked, sent: 0 })
    }

    /// Sends messages of QoS 1 with at most `window` of them unacknowledged, and waits until all are acknowledged.
    pub fn send(&mut self, packets: &Packets, window: u64) -> anyhow::Result<()> {
        let (mut begin, mut from) = (0, 0);
        for (n, end) in packets.ends.iter().copied().enumerate() {
            if end - begin >= PIECE || n + 1 == packets.len() {
                self.stream.write_all(&packets.bytes[begin..end])?;
                self.sent += (n + 1 - from) as u64;
                (begin, from) = (end, n + 1);
                self.wait(window)?;
            }
        }
        self.wait(0)
    }

    /// Sends messages of QoS 0, so many a second; late ones are sent as soon as can be.
    pub fn send_paced(&mut self, packets: &Packets, per_s: f64) -> anyhow::Result<()> {
        let begun = Instant::now();
        let (mut done, mut begin) = (0, 0);
        while done < packets.len() {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let due = ((begun.elapsed().as_secs_f64() * per_s) as usize).min(packets.len());
            if due > done {
                let end = packets.ends[due - 1];
                self.stream.write_all(&packets.bytes[begin..end])?;
                (done, begin) = (due, end);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Sends messages of QoS 0 as they are.
    pub fn write(&mut self, packets: &Packets) -> anyhow::Result<()> {
        Ok(self.stream.write_all(&packets.bytes)?)
    }

    fn wait(&self, window: u64) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.sent > self.acked.load(Ordering::Acquire) + window {
            ensure!(begun.elapsed() < TAKEN_WITHIN, "Mosquitto does not take what is published");
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }
}
