//! Counts the bytes that are read, for whoever shows how far it has come.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much of a file has been read. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct BytesRead {
    done: Arc<AtomicU64>,
    /// The file's size; `None` where nobody knows.
    total: Option<u64>,
}

impl BytesRead {
    pub fn of(total: Option<u64>) -> Self {
        Self { done: Arc::default(), total: total.filter(|total| *total > 0) }
    }

    /// 0 to 1.
    pub fn share(&self) -> Option<f64> {
        self.total.map(|total| (self.done.load(Ordering::Relaxed) as f64 / total as f64).min(1.0))
    }

    /// Counts what is read of `input`.
    pub fn count<R>(&self, input: R) -> Counted<R> {
        Counted { input, done: Arc::clone(&self.done) }
    }
}

/// A reader whose bytes are counted.
#[derive(Debug)]
pub(super) struct Counted<R> {
    input: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_grows_with_what_is_read() {
        let bytes = BytesRead::of(Some(8));
        let mut input = bytes.count(&[0_u8; 8][..]);
        assert_eq!(bytes.share(), Some(0.0));
        input.read_exact(&mut [0; 2]).unwrap();
        assert_eq!(bytes.share(), Some(0.25));
        assert_eq!(BytesRead::of(None).share(), None);
    }
}
