//! Reads the elements of a file that SUMO wrote, one after the other.

use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::ScoreError;

/// An element with its attributes.
pub(super) struct Element<'a>(&'a BytesStart<'a>);

impl<'a> Element<'a> {
    /// The text of an attribute.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        let attribute =
            self.0.attributes().with_checks(false).flatten().find(|found| found.key.as_ref() == name)?;
        attribute.normalized_value(XmlVersion::Implicit1_0).ok()
    }

    /// An attribute that is a finite number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// An attribute in seconds, as milliseconds.
    #[allow(clippy::cast_possible_truncation)]
    pub fn ms(&self, name: &str) -> Option<i64> {
        Some((self.number(name)? * 1_000.0).round() as i64)
    }
}

/// Hands every element of a file to `take`, with its name.
pub(super) fn each_element(
    path: &Path,
    mut take: impl FnMut(&str, &Element<'_>) -> Result<(), ScoreError>,
) -> Result<(), ScoreError> {
    let file = File::open(path).map_err(ScoreError::file(path))?;
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 20, file));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(|error| ScoreError::output(path, error))? {
            Event::Start(element) | Event::Empty(element) => {
                take(element.name().as_ref(), &Element(&element))?;
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
    }
}
