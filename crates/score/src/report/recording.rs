//! Recordings: messages in a file, as `gateway detect` reads them.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use model::Timestamp;
use model::codec::{Report, decode};
use model::topic::Topic;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Message;
use crate::ScoreError;

/// A report and when it was received.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// When the broker had it.
    pub received: Timestamp,
    /// What it says.
    pub report: Report,
}

/// All reports of a recording, in the order in which they came.
#[derive(Debug, Default)]
pub struct Recording {
    /// The reports.
    pub heard: Vec<Heard>,
}

/// Writes messages as NDJSON, compressed.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, messages: &[Message]) -> Result<(), ScoreError> {
    let half = path.with_extension("half");
    let attempt = || {
        let mut out = GzEncoder::new(BufWriter::new(File::create(&half)?), Compression::fast());
        for Message { received, topic, payload } in messages {
            writeln!(out, r#"{{"topic":"{topic}","received":{},"payload":{payload}}}"#, received.as_ms())?;
        }
        out.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_data()?;
        // Half a recording must never pass for a whole one.
        std::fs::rename(&half, path)
    };
    attempt().map_err(ScoreError::file(path))
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    topic: Cow<'a, str>,
    received: i64,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// Reads a recording with the product's own decoders.
///
/// # Errors
/// The file cannot be read, or a line of it is not what [`write()`] writes.
pub fn read(path: &Path) -> Result<Recording, ScoreError> {
    let file = File::open(path).map_err(ScoreError::file(path))?;
    let mut input = BufReader::with_capacity(1 << 18, GzDecoder::new(BufReader::new(file)));
    let mut recording = Recording::default();
    let mut text = Vec::new();
    loop {
        text.clear();
        if input.read_until(b'\n', &mut text).map_err(ScoreError::file(path))? == 0 {
            return Ok(recording);
        }
        let line: Line<'_> =
            serde_json::from_slice(&text).map_err(|error| ScoreError::output(path, error))?;
        let topic = Topic::parse(&line.topic).map_err(|reason| ScoreError::output(path, reason))?;
        let received = Timestamp::from_ms_clamped(line.received);
        decode(&topic, line.payload.get().as_bytes(), |report| {
            // What the codec drops, the product drops too; the detector never sees it.
            recording.heard.extend(report.map(|report| Heard { received, report }));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::START;
    use serde_json::json;

    #[test]
    fn a_recording_reads_back_as_reports() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.ndjson.gz");
        let message = |id: &str, after_ms| Message {
            received: START + after_ms,
            topic: format!("vigiroute/v1/vehicles/{id}/position"),
            payload: json!({"ts": START.as_ms(), "lat": 52.3, "lon": 13.6, "speed": 12.5, "type": "car"}),
        };
        write(&path, &[message("a", 100), message("b", 250)]).unwrap();
        let heard = read(&path).unwrap().heard;
        assert_eq!(heard.len(), 2);
        assert_eq!(heard[1].received, START + 250);
        let Report::Position(report) = &heard[1].report else { panic!("{heard:?}") };
        assert_eq!((report.vehicle.as_str(), report.speed_mps), ("b", Some(12.5)));
    }
}
