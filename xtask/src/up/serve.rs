//! Starting servers and programs in order, watching them, stopping them in order.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use testbed::{
    ADMIN_SECRET as ADMIN, Bridge, Encryption, Folder, Ports, Program, Running, Stack, target_folder,
    workspace_folder,
};
use tokio::signal::unix::{SignalKind, signal};

use super::keeper::{Keeper, Verdict};
use super::{Args, logs};
use crate::screen::Screen;

const READY_WITHIN: Duration = Duration::from_secs(60);
/// Programs drain for at most 10 s.
const GRACE: Duration = Duration::from_secs(12);
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Starts everything and returns when asked to stop, with everything stopped.
pub(super) async fn serve(args: &Args, screen: Screen) -> anyhow::Result<()> {
    let mut stop = Stop::new()?;
    let mut town = tokio::select! {
        town = Town::start(args, screen) => town?,
        () = stop.asked() => return Ok(()),
    };
    town.tell_address(args);
    tokio::select! {
        () = town.watch() => {}
        () = stop.asked() => {}
    }
    screen.heading("Stopping");
    tokio::select! {
        () = town.stop() => screen.done("everything has stopped", "", Duration::ZERO),
        () = stop.asked() => screen.warning("asked twice: killed what was left"),
    }
    Ok(())
}

/// Whoever asks to stop: Ctrl-C, `kill`, or a terminal that closes.
struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

impl Stop {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// All that runs.
struct Town {
    screen: Screen,
    // Dropped in this order: nobody loses a server under its feet.
    programs: Vec<(Running, Keeper)>,
    bridge: Option<Bridge>,
    stack: Stack,
    /// The first admin's password, if it was drawn just now.
    first_password: Option<String>,
}

impl Town {
    async fn start(args: &Args, screen: Screen) -> anyhow::Result<Self> {
        screen.heading("Starting");
        let folder = Folder::kept(workspace_folder().join(&args.dir))?;
        logs::set_aside(folder.path())?;
        let started = Instant::now();
        let tell = |name: &str| screen.note(&format!("starting {name}"));
        let is_first = !folder.path().join("secrets").join(ADMIN).exists();
        let stack = Stack::start_in(folder, Ports::Usual, Encryption::Required, tell).await?;
        screen.done("servers", &servers(&stack), started.elapsed());
        for moved in stack.moved() {
            screen.warning(&format!("port {} is taken: {} uses {}", moved.usual, moved.who, moved.actual));
        }
        let first_password = is_first.then(|| stack.admin_password()).transpose()?;
        let mut town = Self { screen, first_password, programs: Vec::new(), bridge: None, stack };
        let binaries = target_folder().join(if args.release { "release" } else { "debug" });
        for program in args.programs() {
            town.start_program(program, &binaries).await?;
        }
        if args.helsinki {
            let folder = town.stack.folder().to_owned();
            town.bridge = Some(Bridge::start(&folder, &town.stack.mosquitto, &args.feed).await?);
            screen.done("bridge", &format!("carrying {}", args.feed), Duration::ZERO);
        }
        Ok(town)
    }

    async fn start_program(&mut self, program: Program, binaries: &Path) -> anyhow::Result<()> {
        let started = Instant::now();
        let binary = binaries.join(program.name());
        let more = settings(program);
        let more: Vec<(&str, &str)> = more.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let mut running = Running::start_from(binary, program, &[], &self.stack, &more)?;
        running.wait_until_ready(READY_WITHIN).await.with_context(|| format!("{program} did not start"))?;
        self.screen.done(program.name(), "ready", started.elapsed());
        self.programs.push((running, Keeper::new(Instant::now())));
        Ok(())
    }

    fn tell_address(&self, args: &Args) {
        self.screen
            .heading(&format!("Vigiroute runs: {}", self.stack.web_url().replace("127.0.0.1", "localhost")));
        self.tell_admin();
        self.screen.note(&format!("logs and data: {}", self.stack.folder().display()));
        if args.helsinki {
            self.screen.note("Vehicle positions © HSL, CC BY 4.0");
        }
        self.screen.note("Ctrl-C stops everything");
    }

    /// How to sign in: the password itself at the first start, then where it is kept.
    fn tell_admin(&self) {
        match &self.first_password {
            Some(password) => {
                self.screen.note(&format!("to change something sign in as admin with {password}"))
            }
            None => {
                let file = self.stack.secrets().path(ADMIN);
                self.screen.note(&format!(
                    "to change something sign in as admin; the password is in {}",
                    file.display()
                ));
            }
        }
    }

    /// Starts again whatever dies, for ever.
    async fn watch(&mut self) {
        let mut servers: [Keeper; 3] = std::array::from_fn(|_| Keeper::new(Instant::now()));
        let mut bridge = Keeper::new(Instant::now());
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.watch_servers(&mut servers).await;
            for (running, keeper) in &mut self.programs {
                let name = running.program().name();
                match keeper.judge(running.is_running(), Instant::now()) {
                    Verdict::Leave => {}
                    Verdict::Died(pause) => mourn(self.screen, name, &running.tail(), pause),
                    Verdict::Start => tell_restart(self.screen, name, running.restart()),
                }
            }
            if let Some(running) = &mut self.bridge {
                match bridge.judge(running.is_running(), Instant::now()) {
                    Verdict::Leave => {}
                    Verdict::Died(pause) => mourn(self.screen, "bridge", &running.tail(), pause),
                    Verdict::Start => tell_restart(self.screen, "bridge", running.restart().await),
                }
            }
        }
    }

    async fn watch_servers(&mut self, keepers: &mut [Keeper; 3]) {
        let [mosquitto, database, prosody] = keepers;
        let now = Instant::now();
        let Stack { mosquitto: broker, database: store, prosody: server, .. } = &mut self.stack;
        match mosquitto.judge(broker.is_running(), now) {
            Verdict::Leave => {}
            Verdict::Died(pause) => mourn(self.screen, "mosquitto", &broker.tail(), pause),
            Verdict::Start => tell_restart(self.screen, "mosquitto", broker.restart().await),
        }
        match database.judge(store.is_running(), now) {
            Verdict::Leave => {}
            Verdict::Died(pause) => mourn(self.screen, store.flavour(), &store.tail(), pause),
            Verdict::Start => tell_restart(self.screen, store.flavour(), store.restart().await),
        }
        match prosody.judge(server.is_running(), now) {
            Verdict::Leave => {}
            Verdict::Died(pause) => mourn(self.screen, "prosody", &server.tail(), pause),
            Verdict::Start => tell_restart(self.screen, "prosody", server.restart().await),
        }
    }

    /// The source first, the servers last, so that everything on its way arrives.
    async fn stop(&mut self) {
        if let Some(bridge) = &mut self.bridge {
            bridge.stop().await;
        }
        while let Some((mut running, _)) = self.programs.pop() {
            if running.stop(GRACE).await.is_none() {
                self.screen.warning(&format!("{} did not stop by itself", running.program()));
            }
        }
        self.stack.stop().await;
    }
}

fn servers(stack: &Stack) -> String {
    format!(
        "mosquitto on {}, {} on {}, prosody on {}",
        stack.mosquitto.port(),
        stack.database.flavour(),
        stack.database.port(),
        stack.prosody.port()
    )
}

/// What a program is told beyond where its servers are.
fn settings(program: Program) -> Vec<(&'static str, String)> {
    let zones: PathBuf = workspace_folder().join("data/zones/helsinki.geojson");
    if program == Program::Web && zones.exists() {
        return vec![("VIGIROUTE_ZONES_SEED", zones.display().to_string())];
    }
    Vec::new()
}

fn mourn(screen: Screen, name: &str, tail: &str, pause: Duration) {
    screen
        .warning(&format!("{name} has ended; it starts again in {} s. The end of its log:", pause.as_secs()));
    for line in tail.lines() {
        screen.note(line);
    }
}

fn tell_restart(screen: Screen, name: &str, outcome: Result<(), testbed::Error>) {
    match outcome {
        Ok(()) => screen.done(name, "started again", Duration::ZERO),
        Err(error) => screen.warning(&format!("{name} did not start: {error}")),
    }
}
