//! Reads a recording, line by line.

use std::io::{self, BufRead};

use link::recording::{Line, next_line};

use super::found::{Finds, Found, Recorded};

/// Reads until the end, or until nobody wants more.
pub(super) fn read(mut input: impl BufRead, finds: &Finds) -> io::Result<()> {
    let (mut bytes, mut number) = (Vec::new(), 0_u64);
    while let Some(fits) = next_line(&mut input, &mut bytes)? {
        number += 1;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let message = Line::parse(&bytes).filter(|_| fits).map(|parsed| Recorded {
            topic: parsed.topic.clone().into_owned(),
            received_ms: parsed.received.as_ms(),
            payload: parsed.payload().to_vec(),
        });
        let next = message.map_or_else(|| Found::Unreadable { at: format!("line {number}") }, Found::Message);
        if finds.put(next).is_err() {
            break;
        }
    }
    Ok(())
}
