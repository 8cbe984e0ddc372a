//! Some lines of a recording at once, to be handed from thread to thread.

use super::item::{Item, items};
use link::recording::next_line;
use std::io::{self, BufRead};

/// A batch ends with the line that makes it as long as this, in bytes.
const FULL_BYTES: usize = 512 * 1024;

/// Lines as they were read.
#[derive(Debug, Default)]
pub struct Batch {
    text: Vec<u8>,
    /// Where each line ends in `text`, and whether it is all there.
    ends: Vec<(usize, bool)>,
}

impl Batch {
    /// Reads the next lines, empty ones left out. The batch is empty at the end of the input.
    ///
    /// # Errors
    /// When the input cannot be read; the lines before that stay in `self`.
    pub fn read(&mut self, input: &mut impl BufRead) -> io::Result<()> {
        self.text.clear();
        self.ends.clear();
        let mut line = Vec::new();
        while self.text.len() < FULL_BYTES {
            let Some(fits) = next_line(input, &mut line)? else { break };
            if !line.trim_ascii().is_empty() {
                self.text.extend_from_slice(&line);
                self.ends.push((self.text.len(), fits));
            }
        }
        Ok(())
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The number of lines.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// What the lines ask for, in order.
    pub fn items(&self) -> Vec<Item> {
        let mut all = Vec::with_capacity(self.len());
        let mut begin = 0;
        for (end, fits) in &self.ends {
            items(&self.text[begin..*end], *fits, |item| all.push(item));
            begin = *end;
        }
        all
    }
}
