//! A database server's data folder: prepared once for all tests, then copied, which takes a tenth of the time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;
use crate::process::{find, is_root};
use crate::target::target_folder;

/// Smaller than the default of 96 MiB, so that a copy is quick; must be the same when the server runs.
const REDO_LOG_OPTION: &str = "--innodb-log-file-size=8M";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    MariaDb,
    MySql,
}

impl Flavour {
    pub fn name(self) -> &'static str {
        match self {
            Self::MariaDb => "MariaDB",
            Self::MySql => "MySQL",
        }
    }

    /// What only this server understands.
    pub fn options(self) -> Vec<String> {
        let mut options = match self {
            Self::MariaDb => vec![REDO_LOG_OPTION.to_owned()],
            Self::MySql => vec!["--mysqlx=OFF".to_owned()],
        };
        if is_root() {
            options.push("--user=root".to_owned());
        }
        options
    }
}

/// The server program and what it is. Debian's MariaDB also answers to the name `mysqld`.
pub(crate) fn server() -> Result<(PathBuf, Flavour), Error> {
    if let Ok(path) = find(&["mariadbd"], "mariadb-server") {
        return Ok((path, Flavour::MariaDb));
    }
    let path = find(&["mysqld"], "mariadb-server")?;
    Ok((path, Flavour::MySql))
}

/// Fills `data` with a fresh database, unless there is one already.
pub(crate) fn prepare(program: &Path, flavour: Flavour, data: &Path) -> Result<(), Error> {
    if data.join("mysql").exists() || data.join("mysql.ibd").exists() {
        return Ok(());
    }
    let template = template(program, flavour)?;
    copy(&template, data)
}

/// The prepared folder in the target folder, made by whoever comes first.
fn template(program: &Path, flavour: Flavour) -> Result<PathBuf, Error> {
    let cache = target_folder().join("testbed");
    fs::create_dir_all(&cache).map_err(Error::io("make the folder", &cache))?;
    let output = Command::new(program).arg("--version").output().map_err(Error::io("start", program))?;
    let version: String = String::from_utf8_lossy(&output.stdout)
        .split_whitespace()
        .skip_while(|word| *word != "Ver")
        .nth(1)
        .unwrap_or("unknown")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
        .collect();
    let owner = rustix::process::geteuid().as_raw();
    let ready = cache.join(format!("{}-{version}-{owner}", flavour.name()));

    let lock_path = cache.join("lock");
    let lock = File::create(&lock_path).map_err(Error::io("make the lock file", &lock_path))?;
    lock.lock().map_err(Error::io("lock", &lock_path))?;
    if ready.exists() {
        return Ok(ready);
    }
    let draft = ready.with_extension("new");
    let _ = fs::remove_dir_all(&draft);
    install(program, flavour, &draft)?;
    fs::rename(&draft, &ready).map_err(Error::io("rename", &draft))?;
    Ok(ready)
}

fn install(program: &Path, flavour: Flavour, data: &Path) -> Result<(), Error> {
    let mut command = match flavour {
        Flavour::MariaDb => {
            let mut command = Command::new(find(&["mariadb-install-db"], "mariadb-server")?);
            // One root, for the owner of this process, instead of one without a password for every address.
            command.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=socket"]);
            command.arg(format!("--auth-root-socket-user={}", if is_root() { "root" } else { "nobody" }));
            command
        }
        Flavour::MySql => {
            let mut command = Command::new(program);
            command.args(["--no-defaults", "--initialize-insecure"]);
            command
        }
    };
    if flavour == Flavour::MariaDb {
        command.arg(REDO_LOG_OPTION);
    }
    if is_root() {
        command.arg("--user=root");
    }
    command.arg(format!("--datadir={}", data.display()));
    let output = command.output().map_err(Error::io("start", program))?;
    if output.status.success() {
        return Ok(());
    }
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(Error::Command { command: "preparing the database's data folder".into(), output: text })
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::io("make the folder", to))?;
    for entry in fs::read_dir(from).map_err(Error::io("read the folder", from))? {
        let entry = entry.map_err(Error::io("read the folder", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(Error::io("copy", &source))?;
        }
    }
    Ok(())
}
