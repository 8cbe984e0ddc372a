//! Filling the templates of `deploy/`: words between at-signs are replaced.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::Error;

/// `template` with every `@KEY@` replaced by its value.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    for (key, value) in values {
        text = text.replace(&format!("@{key}@"), value);
    }
    text
}

/// Writes a file that only its owner may read: configuration holds passwords.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io("make", path))?;
    file.write_all(text.as_bytes()).map_err(Error::io("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_replaced_wherever_it_stands_even_after_an_at_sign() {
        let text = fill("a@@DOMAIN@ b @PORT@ @DOMAIN@", &[("DOMAIN", "x.y"), ("PORT", "7")]);
        assert_eq!(text, "a@x.y b 7 x.y");
    }

    #[test]
    fn no_configuration_keeps_an_unfilled_word() {
        for text in [crate::mosquitto::configuration_for_test(), crate::prosody::configuration_for_test()] {
            let unfilled: Vec<&str> = text
                .split('@')
                .filter(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
                .collect();
            assert!(unfilled.is_empty(), "{unfilled:?} in {text}");
        }
    }
}
