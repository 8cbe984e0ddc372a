//! The journal's files. Records go behind one another into the newest; when a snapshot is safe, the files before it are
//! deleted.

use super::record::{self, Next, Record};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const PREFIX: &str = "journal-";
const SUFFIX: &str = ".log";

/// The journal, open for writing.
#[derive(Debug)]
pub struct Segments {
    folder: PathBuf,
    file: File,
    /// Bytes of the newest file that are good: what is behind them is what could not be written whole.
    good: u64,
    /// Whether something may stand behind the good bytes.
    is_soiled: bool,
    /// Bytes of all files.
    bytes: u64,
}

/// What is wrong with a journal that was read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Faults {
    /// Records whose checksum is wrong.
    pub damaged: u64,
    /// Files that end within a record.
    pub cut: u64,
    /// Numbers that no record has.
    pub missing: u64,
}

impl Segments {
    /// Begins a new file in `folder`, whose first record will be number `seq`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn begin(folder: &Path, seq: u64) -> std::io::Result<Self> {
        let file = new_file(folder, seq)?;
        let mut segments = Self { folder: folder.to_owned(), file, good: 0, is_soiled: false, bytes: 0 };
        segments.bytes = segments.measure();
        Ok(segments)
    }

    /// Writes records (made by [`record::write`]) and waits until they are on the disk.
    ///
    /// # Errors
    /// When they cannot be written. The next try begins where this one did.
    pub fn append(&mut self, records: &[u8]) -> std::io::Result<()> {
        if self.is_soiled {
            self.file.set_len(self.good)?;
            self.file.seek(SeekFrom::Start(self.good))?;
        }
        self.is_soiled = true;
        self.file.write_all(records)?;
        self.file.sync_data()?;
        self.is_soiled = false;
        self.good += records.len() as u64;
        self.bytes += records.len() as u64;
        Ok(())
    }

    /// Goes on in a new file, whose first record will be number `seq`.
    ///
    /// # Errors
    /// When it cannot be made; the old one goes on.
    pub fn begin_next(&mut self, seq: u64) -> std::io::Result<()> {
        if self.is_soiled {
            self.file.set_len(self.good)?;
        }
        self.file = new_file(&self.folder, seq)?;
        (self.good, self.is_soiled) = (0, false);
        Ok(())
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Counts the bytes of all files anew: some were deleted.
    pub fn recount(&mut self) {
        self.bytes = self.measure();
    }

    fn measure(&self) -> u64 {
        let files = files(&self.folder).unwrap_or_default();
        files.iter().filter_map(|(_, path)| Some(path.metadata().ok()?.len())).sum()
    }

    /// Deletes the files in `folder` that hold nothing after number `seq`.
    ///
    /// # Errors
    /// When one cannot be deleted.
    pub fn delete_until(folder: &Path, seq: u64) -> std::io::Result<()> {
        let files = files(folder)?;
        for (file, next) in files.iter().zip(files.iter().skip(1)) {
            if next.0 <= seq + 1 {
                std::fs::remove_file(&file.1)?;
            }
        }
        Ok(())
    }

    /// Reads the records after number `seq` from all files in `folder`, in order.
    ///
    /// # Errors
    /// When the disk cannot be read, or what `each` says.
    pub fn read_after(
        folder: &Path,
        seq: u64,
        mut each: impl FnMut(Record) -> anyhow::Result<()>,
    ) -> anyhow::Result<(u64, Faults)> {
        let (mut last, mut faults) = (seq, Faults::default());
        for (_, path) in files(folder)? {
            let mut file = BufReader::with_capacity(1 << 18, File::open(&path)?);
            loop {
                match record::read(&mut file)? {
                    Next::Record(record) => {
                        if record.seq > last {
                            faults.missing += record.seq - last - 1;
                            last = record.seq;
                            each(record)?;
                        }
                    }
                    Next::Damaged => faults.damaged += 1,
                    Next::End => break,
                    Next::Cut => {
                        faults.cut += 1;
                        break;
                    }
                }
            }
        }
        Ok((last, faults))
    }
}

fn new_file(folder: &Path, seq: u64) -> std::io::Result<File> {
    let path = folder.join(format!("{PREFIX}{seq:020}{SUFFIX}"));
    // One of this name holds no whole record: its first would have had this number.
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.sync_all()?;
    // The file's name is safe when its folder is.
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// The files, by the number of their first record.
fn files(folder: &Path) -> std::io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let number =
            name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok());
        found.extend(number.map(|number| (number, entry.path())));
    }
    found.sort();
    Ok(found)
}
