//! One process: started, watched, ended, started again; its output in a log file.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::{Error, launcher};

const POLL: Duration = Duration::from_millis(10);
const TAIL_LINES: usize = 20;

/// How a process is started.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    pub environment: Vec<(String, String)>,
    pub folder: PathBuf,
    pub log: PathBuf,
}

/// A process that ends when this value is dropped, or when the program that holds it is killed.
#[derive(Debug)]
pub(crate) struct Process {
    recipe: Recipe,
    child: Option<Child>,
}

impl Process {
    pub fn new(recipe: Recipe) -> Self {
        Self { recipe, child: None }
    }

    pub fn recipe_mut(&mut self) -> &mut Recipe {
        &mut self.recipe
    }

    /// Starts it; nothing happens if it runs already.
    pub fn start(&mut self) -> Result<(), Error> {
        if self.is_running() {
            return Ok(());
        }
        let Recipe { program, arguments, environment, folder, log, .. } = &self.recipe;
        let output =
            OpenOptions::new().create(true).append(true).open(log).map_err(Error::io("open the log", log))?;
        let errors = output.try_clone().map_err(Error::io("open the log", log))?;
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program)
            .args(arguments)
            .envs(environment.iter().map(|(key, value)| (key, value)))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            // A group of its own: Ctrl-C in a terminal is for whoever started us, who then stops things in order.
            .process_group(0);
        self.child = Some(launcher::spawn(command).map_err(Error::io("start", program))?);
        Ok(())
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// The process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    pub fn log(&self) -> &Path {
        &self.recipe.log
    }

    pub fn signal(&mut self, signal: Signal) {
        if !self.is_running() {
            return;
        }
        let pid = self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended by itself since the check, which is what most signals want.
            let _ = kill_process(pid, signal);
        }
    }

    /// Asks it to end, waits at most `grace`, then ends it.
    pub async fn stop(&mut self, grace: Duration) -> Option<ExitStatus> {
        self.signal(Signal::TERM);
        let status = self.wait(grace).await;
        if status.is_some() { status } else { self.kill().await }
    }

    /// Ends it at once, as a crash would.
    pub async fn kill(&mut self) -> Option<ExitStatus> {
        self.signal(Signal::KILL);
        self.wait(Duration::from_secs(5)).await
    }

    /// Waits until it ends by itself; nothing if it does not within `limit`, or was never started.
    pub async fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Ok(Some(status)) = self.child.as_mut()?.try_wait() {
                self.child = None;
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Waits until `ready` says so; fails when the process ends or `limit` passes before.
    pub async fn wait_until(&mut self, limit: Duration, ready: impl AsyncFn() -> bool) -> Result<(), Error> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(child) = &mut self.child
                && let Ok(Some(status)) = child.try_wait()
            {
                self.child = None;
                return Err(self.ended(status));
            }
            if ready().await {
                return Ok(());
            }
            if Instant::now() >= deadline {
                let name = self.recipe.name.clone();
                return Err(Error::NotReady {
                    name,
                    after: limit,
                    log: self.recipe.log.clone(),
                    tail: self.tail(),
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn ended(&self, status: ExitStatus) -> Error {
        Error::Ended {
            name: self.recipe.name.clone(),
            status: status.to_string(),
            log: self.recipe.log.clone(),
            tail: self.tail(),
        }
    }

    /// The last lines of its log.
    pub fn tail(&self) -> String {
        let text = fs::read(&self.recipe.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Where a program is, on the path or in the folders that a user's path often lacks.
pub(crate) fn find(names: &[&str], package: &'static str) -> Result<PathBuf, Error> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from))
        .collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| Error::Missing { program: names.join(" or "), package })
}

/// Whether we are root: servers that give up root by themselves are told not to.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(folder: &Path, script: &str) -> Process {
        Process::new(Recipe {
            name: "shell".into(),
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            environment: vec![("WORD".into(), "spoken".into())],
            folder: folder.to_owned(),
            log: folder.join("shell.log"),
        })
    }

    fn exists(id: u32) -> bool {
        Path::new(&format!("/proc/{id}")).exists()
    }

    #[tokio::test]
    async fn a_process_that_ends_too_early_shows_the_end_of_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = shell(folder.path(), "echo $WORD; exit 3");
        process.start().unwrap();
        let error = process.wait_until(Duration::from_secs(5), async || false).await.unwrap_err().to_string();
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("spoken"), "{error}");
    }

    #[tokio::test]
    async fn a_process_that_will_not_listen_is_killed_after_the_grace() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = shell(folder.path(), "trap '' TERM; echo up; while :; do sleep 0.1; done");
        process.start().unwrap();
        let id = process.id().unwrap();
        let log = folder.path().join("shell.log");
        process.wait_until(Duration::from_secs(5), async || log.metadata().unwrap().len() > 0).await.unwrap();
        let status = process.stop(Duration::from_millis(100)).await.unwrap();
        assert_eq!(status.to_string(), "signal: 9 (SIGKILL)");
        assert!(!exists(id));
    }

    #[tokio::test]
    async fn a_dropped_process_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = shell(folder.path(), "exec sleep 60");
        process.start().unwrap();
        let id = process.id().unwrap();
        assert!(exists(id));
        drop(process);
        assert!(!exists(id));
    }

    #[tokio::test]
    async fn a_process_outlives_the_thread_that_asked_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = shell(folder.path(), "exec sleep 60");
        let mut process = std::thread::spawn(move || {
            process.start().unwrap();
            process
        })
        .join()
        .unwrap();
        assert_eq!(process.wait(Duration::from_millis(200)).await, None);
        assert!(process.is_running());
    }

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let error = find(&["no-such-program"], "no-such-package").unwrap_err();
        assert_eq!(
            error.to_string(),
            "no-such-program is not installed; on Debian: apt-get install no-such-package"
        );
    }
}
