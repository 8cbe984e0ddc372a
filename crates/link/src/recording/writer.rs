//! Writes a recording in parts that each can be read by themselves, so that one that was cut short is worth as much as it
//! is long.

use flate2::Compression as GzipLevel;
use flate2::write::GzEncoder;
use model::Timestamp;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde::Serialize;
use serde_json::value::RawValue;
use std::io::{self, Write};
use std::path::Path;

/// A part is compressed and written when its lines have this many bytes together.
const PART_BYTES: usize = 1024 * 1024;

/// How a recording is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    Plain,
    /// gzip, a member for every part.
    Gzip,
    /// Zstandard, a frame for every part.
    Zstd,
}

impl Compression {
    /// What a file's name asks for: `.gz`, `.zst`, or anything else for none.
    #[must_use]
    pub fn by_name(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::Plain,
        }
    }
}

/// Why a message is no line of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the payload is not JSON")]
pub struct NotJson;

/// Writes messages as lines; holds at most a part of them back.
#[derive(Debug)]
pub struct Writer<W: Write> {
    output: W,
    compression: Compression,
    part: Vec<u8>,
    written_bytes: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    topic: &'a str,
    received: i64,
    payload: Option<&'a RawValue>,
}

impl<W: Write> Writer<W> {
    /// Nothing written yet.
    pub fn new(output: W, compression: Compression) -> Self {
        Self { output, compression, part: Vec::with_capacity(PART_BYTES + PART_BYTES / 4), written_bytes: 0 }
    }

    /// Takes a message that was received at `received`. An empty payload, as that of a deleted zone, is written as `null`.
    ///
    /// # Errors
    /// The inner one when the payload is not JSON, so that there is no line for it; the outer one when the output cannot be
    /// written.
    pub fn message(
        &mut self,
        topic: &str,
        received: Timestamp,
        payload: &[u8],
    ) -> io::Result<Result<(), NotJson>> {
        let one_line = payload.trim_ascii();
        // Between tokens a line's end is blank space like any other; inside a string JSON has none.
        let one_line: Vec<u8> =
            one_line.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect();
        let payload = match one_line.as_slice() {
            b"" if payload.is_empty() => None,
            // A reader takes it for an empty one.
            b"null" => return Ok(Err(NotJson)),
            text => match serde_json::from_slice::<&RawValue>(text) {
                Ok(json) => Some(json),
                Err(_) => return Ok(Err(NotJson)),
            },
        };
        serde_json::to_writer(&mut self.part, &Line { topic, received: received.as_ms(), payload })?;
        self.part.push(b'\n');
        if self.part.len() >= PART_BYTES {
            self.flush()?;
        }
        Ok(Ok(()))
    }

    /// Writes out what is held back, as a part of its own.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        if !self.part.is_empty() {
            let compressed = match self.compression {
                Compression::Plain => None,
                Compression::Gzip => Some(gzip(&self.part)?),
                Compression::Zstd => Some(compress_to_vec(&self.part[..], CompressionLevel::Fastest)),
            };
            let bytes = compressed.as_deref().unwrap_or(&self.part);
            self.output.write_all(bytes)?;
            self.written_bytes += bytes.len() as u64;
            self.part.clear();
        }
        self.output.flush()
    }

    /// Bytes written out so far, compressed where they are.
    #[must_use]
    pub fn written_bytes(&self) -> u64 {
        self.written_bytes
    }
}

fn gzip(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), GzipLevel::default());
    encoder.write_all(text)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Line as Read, decompressed, next_line};

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms_clamped(ms)
    }

    /// Topic, time and payload of every line.
    fn read(bytes: &[u8]) -> Vec<(String, i64, String)> {
        let (mut input, mut line, mut lines) = (decompressed(bytes).unwrap(), Vec::new(), Vec::new());
        while next_line(&mut input, &mut line).unwrap() == Some(true) {
            let read = Read::parse(&line).unwrap();
            let payload = String::from_utf8(read.payload().to_vec()).unwrap();
            lines.push((read.topic.to_string(), read.received.as_ms(), payload));
        }
        lines
    }

    #[test]
    fn what_is_written_is_read_again_however_it_is_compressed_and_cut() {
        for compression in [Compression::Plain, Compression::Gzip, Compression::Zstd] {
            let mut writer = Writer::new(Vec::new(), compression);
            writer.message("a/b", at(5), b"{\"x\": 1.50,\r\n \"y\":\"\\n\"}\n").unwrap().unwrap();
            writer.flush().unwrap();
            writer.message("t\u{e9}", at(6), b"").unwrap().unwrap();
            writer.message("c", at(7), b"[1]").unwrap().unwrap();
            writer.flush().unwrap();
            let lines = read(&writer.output);
            let wanted = [("a/b", 5, "{\"x\": 1.50,   \"y\":\"\\n\"}"), ("t\u{e9}", 6, ""), ("c", 7, "[1]")];
            let wanted = wanted.map(|(topic, ms, payload)| (topic.to_owned(), ms, payload.to_owned()));
            assert_eq!(lines, wanted, "{compression:?}");
            assert_eq!(writer.written_bytes(), writer.output.len() as u64);
        }
    }

    #[test]
    fn a_payload_that_is_not_json_is_no_line() {
        let mut writer = Writer::new(Vec::new(), Compression::Plain);
        for payload in [&b"{"[..], b"hello", b"null", b" ", b"\"\xff\"", b"1 2"] {
            assert_eq!(writer.message("t", at(1), payload).unwrap(), Err(NotJson), "{payload:?}");
        }
        writer.flush().unwrap();
        assert_eq!(writer.output, b"");
    }

    #[test]
    fn at_most_a_part_is_held_back() {
        let mut writer = Writer::new(Vec::new(), Compression::Plain);
        let payload = format!("\"{}\"", "x".repeat(100_000));
        for _ in 0..25 {
            writer.message("t", at(1), payload.as_bytes()).unwrap().unwrap();
            assert!(writer.part.len() < PART_BYTES);
        }
        assert!(writer.output.len() > 2 * PART_BYTES);
    }

    #[test]
    fn the_name_says_how_to_compress() {
        let by_name = |name: &str| Compression::by_name(Path::new(name));
        assert_eq!(
            [by_name("a.ndjson.gz"), by_name("b.zst"), by_name("c.ndjson"), by_name("-")],
            [Compression::Gzip, Compression::Zstd, Compression::Plain, Compression::Plain]
        );
    }
}
