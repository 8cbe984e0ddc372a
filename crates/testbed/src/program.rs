//! The project's own programs, started as an operator would start them.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::process::{Process, Recipe};
use crate::target::programs_folder;
use crate::{Error, Stack, http};

/// One of the four programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Program {
    /// Drives vehicles.
    Simulator,
    /// Makes events of reports.
    Gateway,
    /// Stores and publishes events.
    Collector,
    /// Serves the page and the interface.
    Web,
}

impl Program {
    /// All of them, in the order in which they are best started.
    pub const ALL: [Self; 4] = [Self::Collector, Self::Gateway, Self::Web, Self::Simulator];

    /// The name of its binary.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Simulator => "simulator",
            Self::Gateway => "gateway",
            Self::Collector => "collector",
            Self::Web => "web",
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A program that runs until the value is dropped.
#[derive(Debug)]
pub struct Running {
    program: Program,
    process: Process,
    health: String,
}

impl Running {
    /// Starts `program` on `stack`'s servers. `more` settings win over the stack's. Does not wait; see
    /// [`Self::wait_until_ready`].
    ///
    /// # Errors
    /// When it has not been built.
    pub fn start(program: Program, stack: &Stack, more: &[(&str, &str)]) -> Result<Self, Error> {
        Self::start_from(programs_folder().join(program.name()), program, &[], stack, more)
    }

    /// The same with a given binary and arguments, such as a subcommand.
    ///
    /// # Errors
    /// When the binary is not there.
    pub fn start_from(
        binary: PathBuf,
        program: Program,
        arguments: &[&str],
        stack: &Stack,
        more: &[(&str, &str)],
    ) -> Result<Self, Error> {
        if !binary.is_file() {
            return Err(Error::NotBuilt { path: binary });
        }
        let mut environment = stack.env_for(program);
        for (key, value) in more {
            environment.retain(|(known, _)| known != key);
            environment.push(((*key).to_owned(), (*value).to_owned()));
        }
        let health_key =
            if program == Program::Web { "VIGIROUTE_HTTP_BIND" } else { "VIGIROUTE_HEALTH_BIND" };
        let bind = environment.iter().find(|(key, _)| key == health_key).map(|(_, value)| value.as_str());
        let health = format!("http://{}", bind.unwrap_or_default());
        let mut process = Process::new(Recipe {
            name: program.name().into(),
            program: binary,
            arguments: arguments.iter().map(Into::into).collect(),
            environment,
            folder: crate::target::workspace_folder(),
            log: stack.folder().join(format!("{program}.log")),
        });
        process.start()?;
        Ok(Self { program, process, health })
    }

    /// Which one it is.
    #[must_use]
    pub fn program(&self) -> Program {
        self.program
    }

    /// Where its `/health/…` and `/metrics` are: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn health_url(&self) -> &str {
        &self.health
    }

    /// The process id, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Waits until `/health/ready` answers 200.
    ///
    /// # Errors
    /// When the program ends or `limit` passes before; the error shows the end of its log.
    pub async fn wait_until_ready(&mut self, limit: Duration) -> Result<(), Error> {
        let url = format!("{}/health/ready", self.health);
        self.process.wait_until(limit, async || matches!(http::get(&url).await, Ok((200, _)))).await
    }

    /// Its metrics page.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn metrics(&self) -> Result<String, Error> {
        let (_, body) = http::get(&format!("{}/metrics", self.health)).await?;
        Ok(body)
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// Asks it to end (SIGTERM), waits at most `grace`, then kills it. How it ended.
    pub async fn stop(&mut self, grace: Duration) -> Option<ExitStatus> {
        self.process.stop(grace).await
    }

    /// Ends it as a crash would.
    pub async fn kill(&mut self) -> Option<ExitStatus> {
        self.process.kill().await
    }

    /// Holds it still, as a machine that hangs would: its connections stay open and nobody answers.
    pub fn freeze(&mut self) {
        self.process.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&mut self) {
        self.process.signal(Signal::CONT);
    }

    /// Waits until it ends by itself.
    pub async fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.process.wait(limit).await
    }

    /// Starts it if it does not run, with the same settings. Does not wait until it is ready.
    ///
    /// # Errors
    /// When the binary is gone.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.process.start()
    }

    /// Changes one setting for the next start.
    pub fn set(&mut self, key: &str, value: &str) {
        let environment = &mut self.process.recipe_mut().environment;
        environment.retain(|(known, _)| known != key);
        environment.push((key.to_owned(), value.to_owned()));
    }

    /// The last lines of its log.
    #[must_use]
    pub fn tail(&self) -> String {
        self.process.tail()
    }

    /// All of its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        let text = std::fs::read(self.process.log()).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Waits until its log has `words`.
    ///
    /// # Errors
    /// When the program ends or `limit` passes before.
    pub async fn wait_for_log(&mut self, words: &str, limit: Duration) -> Result<(), Error> {
        let started = Instant::now();
        let path = self.process.log().to_owned();
        let read = || std::fs::read(&path).map(|text| String::from_utf8_lossy(&text).contains(words));
        self.process
            .wait_until(limit.saturating_sub(started.elapsed()), async || read().unwrap_or(false))
            .await
    }
}
