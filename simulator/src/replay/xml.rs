//! Reads XML piece by piece, with bounded memory.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// The longest tag or text that is taken, in bytes.
const LONGEST_PIECE: usize = 1 << 20;

/// The pieces of an XML file, one after the other.
#[derive(Debug)]
pub(super) struct Pieces<R: BufRead> {
    reader: Reader<Rationed<R>>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Pieces<R> {
    pub fn new(input: R) -> Self {
        Self { reader: Reader::from_reader(Rationed { input, left: 0 }), buffer: Vec::new() }
    }

    /// The next piece; `Event::Eof` at the end.
    ///
    /// # Errors
    /// If it cannot be read, is no XML, or is too long.
    pub fn next(&mut self) -> io::Result<Event<'_>> {
        self.buffer.clear();
        self.reader.get_mut().left = LONGEST_PIECE;
        self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(error) => io::Error::new(error.kind(), error.to_string()),
            error => broken(format!("no XML: {error}")),
        })
    }
}

/// The error of a file that is not what it should be.
pub(super) fn broken(problem: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem.into())
}

/// The value of an attribute.
pub(super) fn attribute<'a>(element: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let found = element.attributes().with_checks(false).flatten().find(|found| found.key.as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok()
}

/// The value of an attribute that is a finite number.
pub(super) fn number(element: &BytesStart<'_>, name: &str) -> Option<f64> {
    attribute(element, name)?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Gives only so many bytes until it is given more.
#[derive(Debug)]
struct Rationed<R> {
    input: R,
    left: usize,
}

impl<R: BufRead> Read for Rationed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Rationed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(broken(format!("a tag or text is longer than {LONGEST_PIECE} bytes")));
        }
        let bytes = self.input.fill_buf()?;
        Ok(&bytes[..bytes.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.input.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> io::Result<Vec<String>> {
        let (mut pieces, mut all) = (Pieces::new(text), Vec::new());
        loop {
            match pieces.next()? {
                Event::Eof => return Ok(all),
                Event::Start(element) | Event::Empty(element) => all.push(element.name().as_ref().to_owned()),
                _ => {}
            }
        }
    }

    #[test]
    fn pieces_come_one_after_the_other_however_many() {
        let text = format!("<a>{}</a>", "<b x='1'/>".repeat(300_000));
        assert_eq!(all(text.as_bytes()).unwrap().len(), 300_001);
    }

    #[test]
    fn a_piece_that_never_ends_is_refused_before_it_fills_the_memory() {
        let text = format!("<a x='{}'/>", "y".repeat(2 * LONGEST_PIECE));
        assert!(all(text.as_bytes()).unwrap_err().to_string().contains("longer than 1048576 bytes"));
        assert!(all(b"<a></b>").unwrap_err().to_string().contains("no XML"));
    }
}
