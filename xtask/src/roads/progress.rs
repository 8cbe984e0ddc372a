//! Shows how far a long reading has come.

use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

/// How often the line is drawn anew.
const INTERVAL: Duration = Duration::from_millis(500);
/// Times that an extract is read: relations, ways, nodes.
const PASSES: u32 = 3;

/// A source that tells on a terminal how much of it has been read.
#[derive(Debug)]
pub struct Progress<S> {
    source: io::BufReader<S>,
    size_bytes: u64,
    read_bytes: u64,
    pass: u32,
    shown_at: Instant,
    shown: bool,
    terminal: bool,
}

impl<S: Read + Seek> Progress<S> {
    /// Wraps a source; nothing is shown where standard error is no terminal, nor for a reading under half a second.
    pub fn new(mut source: S) -> io::Result<Self> {
        let size_bytes = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        Ok(Self {
            source: io::BufReader::with_capacity(1 << 20, source),
            size_bytes,
            read_bytes: 0,
            pass: 0,
            shown_at: Instant::now(),
            shown: false,
            terminal: io::stderr().is_terminal(),
        })
    }

    fn show(&mut self) {
        if self.terminal && self.shown_at.elapsed() >= INTERVAL {
            self.shown_at = Instant::now();
            self.shown = true;
            let percent = 100 * self.read_bytes / self.size_bytes.max(1);
            let line = format!("\rreading, pass {} of {PASSES}: {percent:3} %", self.pass.max(1));
            // Progress that cannot be shown is no reason to stop.
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }
}

impl<S: Read> Read for Progress<S>
where
    S: Seek,
{
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.read_bytes += count as u64;
        self.show();
        Ok(count)
    }
}

impl<S: Seek + Read> Seek for Progress<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.source.seek(to)?;
        self.read_bytes = at;
        self.pass += u32::from(at == 0);
        Ok(at)
    }
}

impl<S> Drop for Progress<S> {
    fn drop(&mut self) {
        if self.shown {
            let _ = io::stderr().write_all(b"\n");
        }
    }
}
