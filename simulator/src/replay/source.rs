//! What a file holds, and who reads it.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use link::recording::decompressed;
use model::Timestamp;
use roadnet::sumo::GeoReference;

use super::counted::BytesRead;
use super::fcd::{self, Coordinates};
use super::found::{Finds, Found};
use super::gpx::Tracks;
use super::xml::broken;
use super::{dates, lines};

/// So much of a file is looked at to see what it is.
const LOOK_BYTES: usize = 64 * 1024;

/// A file to be played.
#[derive(Debug)]
pub(super) struct Source {
    pub path: PathBuf,
    /// Where the network lies whose metres a SUMO file has.
    pub place: Option<GeoReference>,
    /// What the first moment of a file without dates of its own is dated.
    pub begin: Option<Timestamp>,
    pub speed: f64,
    pub read: BytesRead,
}

/// What UTF-8 may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Recording,
    Fcd,
    Gpx,
}

impl Source {
    /// Reads all of it, or until nobody wants more. `now` is when it is asked for.
    pub fn tell(&self, input: impl Read, now: Timestamp, finds: &Finds) {
        if let Err(error) = self.try_tell(input, now, finds) {
            let _ = finds.put(Found::Broken(error));
        }
    }

    fn try_tell(&self, input: impl Read, now: Timestamp, finds: &Finds) -> io::Result<()> {
        let (form, input) = recognise(decompressed(self.read.count(input))?)?;
        match form {
            Form::Recording => lines::read(input, finds),
            Form::Fcd => {
                let coordinates = self.place.map_or(Coordinates::Degrees, Coordinates::Metres);
                let begin = match self.begin {
                    Some(begin) => begin,
                    None => dates::begin(now, self.fcd_length_ms()?, self.speed),
                };
                fcd::read(input, coordinates, begin, finds)
            }
            Form::Gpx => {
                let tracks = Tracks::read(input)?;
                let begin = self.begin.unwrap_or_else(|| dates::begin(now, tracks.length_ms(), self.speed));
                tracks.tell(begin, finds);
                Ok(())
            }
        }
    }

    /// How long the file lasts, if that is of any importance.
    fn fcd_length_ms(&self) -> io::Result<i64> {
        if self.speed > 0.0 && self.speed <= 1.0 {
            return Ok(0);
        }
        if self.path == Path::new("-") {
            return Err(broken(
                "say with --begin what the first step is dated: the end of standard input is not known",
            ));
        }
        Ok(fcd::span(decompressed(File::open(&self.path)?)?)?.length_ms())
    }
}

/// What a file holds, by how it begins; and the file from its beginning. No more of it is waited for than is needed.
fn recognise(mut input: impl BufRead) -> io::Result<(Form, impl BufRead)> {
    let mut start = Vec::new();
    let form = loop {
        let more = input.fill_buf()?;
        let count = more.len();
        start.extend_from_slice(more);
        input.consume(count);
        match root(&start) {
            Root::None => break Form::Recording,
            Root::Unknown if count > 0 && start.len() < LOOK_BYTES => {}
            Root::Unknown if start.trim_ascii().is_empty() => break Form::Recording,
            Root::Unknown => return Err(broken("XML without an element")),
            Root::Named(name) => match name.rsplit(':').next().unwrap_or_default() {
                "fcd-export" => break Form::Fcd,
                "gpx" => break Form::Gpx,
                _ => {
                    let problem =
                        format!("XML that begins with <{name}>, which is neither SUMO's FCD nor GPX");
                    return Err(broken(problem));
                }
            },
        }
    };
    Ok((form, io::Cursor::new(start).chain(input)))
}

/// The first element of XML, as far as the beginning of a text tells.
#[derive(Debug, PartialEq, Eq)]
enum Root {
    /// It is no XML.
    None,
    /// More of it must be seen.
    Unknown,
    Named(String),
}

fn root(start: &[u8]) -> Root {
    let unmarked = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start).trim_ascii_start();
    let may_be_marked = BYTE_ORDER_MARK.starts_with(start);
    let start = unmarked;
    if !start.starts_with(b"<") {
        return if start.is_empty() || may_be_marked { Root::Unknown } else { Root::None };
    }
    let look = String::from_utf8_lossy(start);
    let mut rest = look.as_ref();
    // Past the declaration and comments, in which SUMO writes its settings.
    loop {
        rest = rest.trim_start();
        let end = if rest.starts_with("<!--") { "-->" } else { ">" };
        let is_aside = rest.starts_with("<?") || rest.starts_with("<!");
        match rest.split_once(end) {
            Some((_, after)) if is_aside => rest = after,
            _ if is_aside => return Root::Unknown,
            _ => break,
        }
    }
    let name = rest.strip_prefix('<').unwrap_or_default();
    match name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')) {
        Some(length) => Root::Named(name[..length].to_owned()),
        None => Root::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, as a slow pipe would.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn form(text: &str) -> Result<Form, String> {
        let (form, mut input) =
            recognise(io::BufReader::new(Drops(text.as_bytes()))).map_err(|error| error.to_string())?;
        let mut all = String::new();
        input.read_to_string(&mut all).map_err(|error| error.to_string())?;
        assert_eq!(all, text, "nothing is lost");
        Ok(form)
    }

    #[test]
    fn the_beginning_tells_what_a_file_holds_however_slowly_it_comes() {
        assert_eq!(form("{\"topic\":"), Ok(Form::Recording));
        assert_eq!(form(""), Ok(Form::Recording));
        let sumo = "<?xml version=\"1.0\"?>\n\n<!-- generated by SUMO <configuration/> -->\n\n<fcd-export xmlns:x=\"y\">";
        assert_eq!(form(sumo), Ok(Form::Fcd));
        assert_eq!(form("\u{feff}<gpx>"), Ok(Form::Gpx));
        assert!(form("<net version=\"1\">").unwrap_err().contains("<net>"));
        assert!(form("<!-- ").unwrap_err().contains("without an element"));
    }
}
