//! The folder that a stack of servers lives in: temporary for a test, kept for `cargo xtask up`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Error;

/// Names of temporary folders begin so. Short, because a Unix socket's path may have 107 bytes at most.
const PREFIX: &str = "vigiroute-";
const LOCK_FILE: &str = ".lock";
const YOUNG: Duration = Duration::from_secs(60);

/// A folder of one's own, locked against a second user for as long as the value lives.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    // Both act when dropped: the lock is released, then a temporary folder is removed.
    _lock: File,
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// A fresh folder that is removed when the value is dropped.
    ///
    /// Also removes folders that a killed process has left behind.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn temporary() -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        sweep(&parent);
        let temporary = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(8)
            .tempdir_in(&parent)
            .map_err(Error::io("make a folder in", &parent))?;
        let path = temporary.path().to_owned();
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock, _temporary: Some(temporary) })
    }

    /// A folder that stays, made if it is not there, with what an earlier run has left in it.
    ///
    /// # Errors
    /// When it cannot be made, or another process uses it.
    pub fn kept(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        fs::create_dir_all(path).map_err(Error::io("make the folder", path))?;
        let path = path.canonicalize().map_err(Error::io("find the folder", path))?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock, _temporary: None })
    }

    /// Where it is; absolute.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn room(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).map_err(Error::io("make the folder", &path))?;
        Ok(path)
    }
}

fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK_FILE);
    let file = File::create(&path).map_err(Error::io("make the lock file", &path))?;
    file.try_lock()
        .map_err(std::io::Error::from)
        .map_err(Error::io("lock (does another run use it?)", &path))?;
    Ok(file)
}

/// Removes temporary folders whose owner is gone: their lock is free. Best effort; a young folder is left alone, as its
/// owner may be about to lock it.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(file) = File::open(entry.path().join(LOCK_FILE)) else { continue };
        let age = file.metadata().and_then(|data| data.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > YOUNG) && file.try_lock().is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_temporary_folder_goes_with_its_value_and_a_kept_one_stays() {
        let folder = Folder::temporary().unwrap();
        let path = folder.path().to_owned();
        let kept_path = path.with_extension("kept");
        fs::write(folder.room("data").unwrap().join("file"), "x").unwrap();
        drop(folder);
        assert!(!path.exists());

        let kept = Folder::kept(&kept_path).unwrap();
        fs::write(kept.path().join("file"), "x").unwrap();
        drop(kept);
        assert!(kept_path.join("file").exists());
        fs::remove_dir_all(kept_path).unwrap();
    }

    #[test]
    fn a_folder_has_one_user_at_a_time() {
        let folder = Folder::temporary().unwrap();
        let second = Folder::kept(folder.path());
        assert!(second.unwrap_err().to_string().contains("does another run use it?"));
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_what_lives_is_not() {
        let alive = Folder::temporary().unwrap();
        let left = std::env::temp_dir().join("vigiroute-leftover");
        fs::create_dir_all(&left).unwrap();
        let lock = File::create(left.join(LOCK_FILE)).unwrap();
        lock.set_modified(SystemTime::now() - 2 * YOUNG).unwrap();

        let _next = Folder::temporary().unwrap();

        assert!(!left.exists());
        assert!(alive.path().exists());
    }
}
