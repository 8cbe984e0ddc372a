//! Passwords, from files.

use super::SettingsError;
use secrecy::SecretString;
use std::path::Path;

/// Reads the password of `what` (an account, for messages) from the first line of the file `path`. `variable` is the
/// environment variable that names the file.
///
/// # Errors
/// When no file is named, it cannot be read, or it holds nothing.
pub fn read_password(
    what: &str,
    path: Option<&Path>,
    variable: &'static str,
) -> Result<SecretString, SettingsError> {
    let what = || what.to_owned();
    let path = path.ok_or_else(|| SettingsError::NoPasswordFile { what: what(), variable })?;
    let text = std::fs::read_to_string(path).map_err(|source| SettingsError::PasswordFile {
        what: what(),
        path: path.to_owned(),
        source,
    })?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.into()),
        _ => Err(SettingsError::EmptyPassword { what: what(), path: path.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use std::io::Write;

    #[test]
    fn the_first_line_is_the_password() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"s3cret \nnot this\n").unwrap();
        let password = read_password("gateway", Some(file.path()), "X").unwrap();
        assert_eq!(password.expose_secret(), "s3cret ");
    }

    #[test]
    fn what_is_wrong_names_account_file_and_variable() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let error = |path| read_password("mqtt user gateway", path, "VIGIROUTE_X").unwrap_err().to_string();
        assert_eq!(error(None), "no password for mqtt user gateway: set VIGIROUTE_X to a file that holds it");
        assert!(error(Some(Path::new("/nowhere/pw"))).contains("mqtt user gateway from /nowhere/pw"));
        assert!(error(Some(empty.path())).contains("holds no password for mqtt user gateway"));
    }
}
