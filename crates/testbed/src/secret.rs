//! Random passwords in files of their own, made at first start.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::Error;

/// Bytes of randomness in a secret.
const SECRET_BYTES: usize = 24;

/// A folder of secrets: one file each, readable by its owner alone.
#[derive(Debug, Clone)]
pub struct Secrets {
    folder: PathBuf,
}

impl Secrets {
    /// The secrets in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref().to_owned();
        fs::create_dir_all(&folder).map_err(Error::io("make the folder", &folder))?;
        Ok(Self { folder })
    }

    /// The file that holds a secret.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The names of those that are there and begin with `prefix`, in order.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn names(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(Error::io("read the folder", &self.folder))? {
            let entry = entry.map_err(Error::io("read the folder", &self.folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(prefix) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// The secret itself: hexadecimal digits, the same at every call; drawn at the first.
    ///
    /// # Errors
    /// When its file can be neither read nor made.
    pub fn get(&self, name: &str) -> Result<String, Error> {
        let path = self.path(name);
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                let secret = draw();
                file.write_all(secret.as_bytes()).map_err(Error::io("write", &path))?;
                Ok(secret)
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
                Ok(text.trim().to_owned())
            }
            Err(error) => Err(Error::io("make", &path)(error)),
        }
    }
}

fn draw() -> String {
    let bytes: [u8; SECRET_BYTES] = rand::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_drawn_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::in_folder(folder.path()).unwrap();
        let first = secrets.get("mqtt-gateway").unwrap();
        assert_eq!(first.len(), 2 * SECRET_BYTES);
        assert_eq!(secrets.get("mqtt-gateway").unwrap(), first);
        assert_ne!(secrets.get("mqtt-web").unwrap(), first);
        secrets.get("xmpp-gateway").unwrap();
        assert_eq!(secrets.names("mqtt-").unwrap(), ["mqtt-gateway", "mqtt-web"]);
        let mode = fs::metadata(secrets.path("mqtt-gateway")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
