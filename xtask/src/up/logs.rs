//! Log files from one start to the next.

use std::fs;
use std::path::Path;

use anyhow::Context;

/// Sets the logs of the last start aside, as `NAME.log.old`, so that they neither mix nor grow without end.
pub(super) fn set_aside(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "log") {
            fs::rename(&path, path.with_extension("log.old"))
                .with_context(|| format!("cannot rename {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_start_stays_and_the_one_before_goes() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        for run in ["first", "second"] {
            fs::write(folder.path().join("web.log"), run).unwrap();
            set_aside(folder.path()).unwrap();
            assert_eq!(read("web.log.old"), run);
        }
        assert!(!folder.path().join("web.log").exists());
    }
}
