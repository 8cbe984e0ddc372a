//! The journal's records on disk: a head of 16 bytes (length of the content and CRC-32 of what follows, u32 each, then the
//! sequence number, u64; all little-endian), then the content.

use std::io::Read;

/// Bytes before a record's content.
pub const HEAD: usize = 16;
/// A content longer than this is none: a batch holds at most 2,000 messages of at most 256 KiB, and few of those are long.
const MAX_CONTENT: usize = 1 << 29;

/// A record that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number; those of a journal follow one another.
    pub seq: u64,
    /// What it holds.
    pub content: Vec<u8>,
}

/// How reading went on.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// With a record.
    Record(Record),
    /// With one whose checksum is wrong; what follows may be good.
    Damaged,
    /// The file ends here, between two records.
    End,
    /// The file ends within a record: the machine or the program stopped while it was written.
    Cut,
}

/// Writes a record behind what is in `out`.
pub fn write(out: &mut Vec<u8>, seq: u64, content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    out.reserve(HEAD + content.len());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&checksum(seq, content).to_le_bytes());
    out.extend_from_slice(&seq.to_le_bytes());
    out.extend_from_slice(content);
}

/// Reads the next record.
///
/// # Errors
/// When the disk cannot be read.
pub fn read(from: &mut impl Read) -> std::io::Result<Next> {
    let mut head = [0; HEAD];
    match fill(from, &mut head)? {
        0 => return Ok(Next::End),
        HEAD => {}
        _ => return Ok(Next::Cut),
    }
    let [length, crc] =
        [0, 4].map(|at| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]));
    let seq = u64::from_le_bytes(std::array::from_fn(|at| head[8 + at]));
    let length = length as usize;
    if length > MAX_CONTENT {
        return Ok(Next::Cut);
    }
    let mut content = Vec::new();
    from.take(length as u64).read_to_end(&mut content)?;
    if content.len() < length {
        return Ok(Next::Cut);
    }
    Ok(if checksum(seq, &content) == crc { Next::Record(Record { seq, content }) } else { Next::Damaged })
}

fn checksum(seq: u64, content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&seq.to_le_bytes());
    hasher.update(content);
    hasher.finalize()
}

/// Reads as much as there is; gives how much it was.
fn fill(from: &mut impl Read, room: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < room.len() {
        match from.read(&mut room[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut bytes: &[u8]) -> Vec<Next> {
        let mut found = Vec::new();
        loop {
            let next = read(&mut bytes).unwrap();
            let is_last = matches!(next, Next::End | Next::Cut);
            found.push(next);
            if is_last {
                return found;
            }
        }
    }

    #[test]
    fn what_was_written_is_read_and_a_cut_or_a_flipped_bit_is_noticed() {
        let mut bytes = Vec::new();
        write(&mut bytes, 7, b"first");
        let second_at = bytes.len();
        write(&mut bytes, 8, b"second");
        let record = |seq, content: &[u8]| Next::Record(Record { seq, content: content.to_vec() });
        assert_eq!(all(&bytes), [record(7, b"first"), record(8, b"second"), Next::End]);
        for length in second_at + 1..bytes.len() {
            assert_eq!(all(&bytes[..length]), [record(7, b"first"), Next::Cut], "{length}");
        }
        bytes[HEAD + 1] ^= 1;
        assert_eq!(all(&bytes), [Next::Damaged, record(8, b"second"), Next::End]);
    }
}
