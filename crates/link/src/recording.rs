//! The lines of a recording, plain or compressed, and what each says: for whoever detects on one, plays it or writes it.

mod writer;

pub use writer::{Compression, NotJson, Writer};

use flate2::bufread::MultiGzDecoder;
use model::Timestamp;
use ruzstd::decoding::StreamingDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

/// Longest line, in bytes: a batch of a fleet with all that surrounds it fits many times.
const MAX_LINE_BYTES: u64 = 4 * 1024 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// One message of a recording.
#[derive(Debug, Deserialize)]
pub struct Line<'a> {
    /// MQTT topic.
    #[serde(borrow)]
    pub topic: Cow<'a, str>,
    /// When the broker had it, epoch ms.
    pub received: Timestamp,
    /// What was published, as it was.
    #[serde(borrow)]
    payload: &'a RawValue,
}

impl<'a> Line<'a> {
    /// Reads a line; `None` if it is not one of a recording.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// What was published; empty for `null`, as a deleted zone is.
    pub fn payload(&self) -> &'a [u8] {
        match self.payload.get() {
            "null" => b"",
            text => text.as_bytes(),
        }
    }
}

/// Takes off the compression that the first bytes tell of.
pub fn decompressed<'a>(input: impl Read + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut input = BufReader::with_capacity(256 * 1024, input);
    let start = input.fill_buf()?;
    if start.starts_with(&GZIP) {
        return Ok(Box::new(BufReader::with_capacity(256 * 1024, MultiGzDecoder::new(input))));
    }
    if start.starts_with(&ZSTD) {
        let frames = ZstdFrames { rest: Some(input), frame: None };
        return Ok(Box::new(BufReader::with_capacity(256 * 1024, frames)));
    }
    Ok(Box::new(input))
}

/// Reads the next line into `line`, without its end. `None` at the end of the input; `Some(false)` for a line that is too
/// long, which is skipped.
pub fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    if input.take(MAX_LINE_BYTES).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    let fits = line.ends_with(b"\n") || (line.len() as u64) < MAX_LINE_BYTES;
    if !fits {
        input.skip_until(b'\n')?;
    }
    Ok(Some(fits))
}

/// All frames of a zstd file, one after the other, as its own tools read them.
struct ZstdFrames<R: BufRead> {
    rest: Option<R>,
    frame: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer)?;
                if read > 0 || buffer.is_empty() {
                    return Ok(read);
                }
                self.rest = self.frame.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut rest) = self.rest.take() else { return Ok(0) };
            if rest.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let frame = StreamingDecoder::new(rest)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            self.frame = Some(frame);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const TEXT: &[u8] = b"{\"topic\":\"a\",\"received\":1,\"payload\":{}}\n{\"topic\":\"b\",\"received\":2,\"payload\":null}\n";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn read(input: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        decompressed(input).unwrap().read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn plain_gzip_and_zstd_are_read_alike_also_in_several_parts() {
        let twice = [TEXT, TEXT].concat();
        assert_eq!(read(TEXT), TEXT);
        assert_eq!(read(b""), b"");
        assert_eq!(read(&gzip(TEXT)), TEXT);
        assert_eq!(read(&[gzip(TEXT), gzip(TEXT)].concat()), twice);
        assert_eq!(read(&zstd(TEXT)), TEXT);
        assert_eq!(read(&[zstd(TEXT), zstd(TEXT)].concat()), twice);
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let mut damaged = zstd(TEXT);
        damaged.truncate(damaged.len() / 2);
        assert!(decompressed(&damaged[..]).unwrap().read_to_end(&mut Vec::new()).is_err());
        let mut damaged = gzip(TEXT);
        damaged.truncate(damaged.len() / 2);
        assert!(decompressed(&damaged[..]).unwrap().read_to_end(&mut Vec::new()).is_err());
    }

    #[test]
    fn a_line_far_too_long_is_skipped_and_the_next_is_read() {
        let long = [vec![b'x'; 9 * 1024 * 1024], b"\nshort\nlast".to_vec()].concat();
        let (mut input, mut line) = (&long[..], Vec::new());
        let mut next = || next_line(&mut input, &mut line).unwrap();
        assert_eq!([next(), next(), next(), next()], [Some(false), Some(true), Some(true), None]);
    }

    #[test]
    fn a_line_gives_topic_time_and_payload_as_published() {
        let line =
            Line::parse(br#"{"topic":"t\u00e9","received":1760000000123,"payload": {"a": 1.50}}"#).unwrap();
        assert_eq!((&*line.topic, line.received.as_ms()), ("té", 1_760_000_000_123));
        assert_eq!(line.payload(), br#"{"a": 1.50}"#);
        assert_eq!(Line::parse(br#"{"topic":"t","received":1,"payload":null}"#).unwrap().payload(), b"");
        for bad in
            ["", "{}", "x", r#"{"topic":"t","received":-1,"payload":1}"#, r#"{"topic":"t","payload":1}"#]
        {
            assert!(Line::parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
