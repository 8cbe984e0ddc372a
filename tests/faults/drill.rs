//! Everything that runs, on ways that can be broken, with the recording being played.

use crate::compare::{Tolerance, differences};
use crate::fault::{Blow, Strike, Victim};
use crate::recording::Recording;
use crate::state::{State, shown};
use end_to_end::city::City;
use std::time::{Duration, Instant};
use testbed::{Program, Proxy, Running, Stack, programs_folder, workspace_folder};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long anything may take to start on a machine with much else to do.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// How long after the last report the story may take to be whole.
const WHOLE_WITHIN: Duration = Duration::from_secs(120);
/// How long a program may take to end when asked to.
const GRACE: Duration = Duration::from_secs(15);
/// How long before it was ended the simulator plays on from, in seconds of playing: more than it can be behind.
const AGAIN_S: f64 = 10.0;
/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(200);
/// Drills at a time: each keeps servers and programs of its own.
static ROOM: Semaphore = Semaphore::const_new(2);

/// The ways between programs and servers.
#[derive(Debug)]
pub struct Ways {
    /// From the simulator to the broker.
    pub reports: Proxy,
    /// From the broker to the gateway.
    pub intake: Proxy,
    /// Between the gateway and the XMPP server.
    pub outbox: Proxy,
    /// Between the XMPP server and the collector.
    pub inbox: Proxy,
    /// From the collector to the database.
    pub store: Proxy,
}

/// Everything that runs.
pub struct Drill {
    /// Servers and programs.
    pub city: City,
    /// The ways between them.
    pub ways: Ways,
    recording: &'static Recording,
    replay: Option<Replay>,
    lost_at_broker: bool,
    _room: SemaphorePermit<'static>,
}

struct Replay {
    process: Running,
    begun: Instant,
    from_s: f64,
    speed: f64,
}

impl Replay {
    /// Up to where it may have come.
    fn reached_s(&self) -> f64 {
        self.from_s + self.begun.elapsed().as_secs_f64() * self.speed
    }
}

impl Drill {
    /// Servers and programs, ready, with the zones that ship, and the short recording.
    pub async fn start() -> Self {
        Self::with(Recording::short()).await
    }

    /// The same with another recording.
    pub async fn with(recording: &'static Recording) -> Self {
        let room = ROOM.acquire().await.expect("never closed");
        let stack = Stack::start().await.expect("the servers start");
        let way = |port| Proxy::to(port).expect("a port");
        let ways = Ways {
            reports: way(stack.mosquitto.port()),
            intake: way(stack.mosquitto.port()),
            outbox: way(stack.prosody.port()),
            inbox: way(stack.prosody.port()),
            store: way(stack.database.port()),
        };
        let city = City::on(stack);
        let mut drill = Self { city, ways, recording, replay: None, lost_at_broker: false, _room: room };
        let zones = workspace_folder().join("data/zones/helsinki.geojson").display().to_string();
        let port = |proxy: &Proxy| proxy.port().to_string();
        let (intake, outbox, inbox, store) = (
            port(&drill.ways.intake),
            port(&drill.ways.outbox),
            port(&drill.ways.inbox),
            port(&drill.ways.store),
        );
        let settings: [(Program, Vec<(&str, &str)>); 3] = [
            (Program::Collector, vec![("VIGIROUTE_XMPP_PORT", &inbox), ("VIGIROUTE_MYSQL_PORT", &store)]),
            (Program::Gateway, vec![("VIGIROUTE_MQTT_PORT", &intake), ("VIGIROUTE_XMPP_PORT", &outbox)]),
            (Program::Web, vec![("VIGIROUTE_ZONES_SEED", &zones)]),
        ];
        for (program, settings) in settings {
            drill.city.start(program, &settings).await;
        }
        drill
            .until("the gateway knows the zones", READY_WITHIN, async |drill| {
                drill.city.metric(Program::Gateway, "vigiroute_gateway_zones", "").await >= 3.0
            })
            .await;
        drill
    }

    /// Waits until `condition`.
    pub async fn until(&mut self, what: &str, within: Duration, condition: impl AsyncFn(&Self) -> bool) {
        let begun = Instant::now();
        while !condition(self).await {
            assert!(begun.elapsed() < within, "not within {within:?}: {what}\n{}", self.tails());
            tokio::time::sleep(POLL).await;
        }
    }

    /// Begins to play the recording.
    pub fn play(&mut self) {
        self.play_from(0.0, self.recording.speed);
    }

    /// Begins to play it so many seconds from its beginning, so many times as fast; 0 = as fast as can be.
    pub fn play_from(&mut self, from_s: f64, speed: f64) {
        let (from, times) = (from_s.to_string(), speed.to_string());
        let file = self.recording.file.display().to_string();
        let arguments = ["replay", &file, "--from", &from, "--speed", &times];
        let port = self.ways.reports.port().to_string();
        let settings = [("VIGIROUTE_MQTT_PORT", port.as_str())];
        let binary = programs_folder().join(Program::Simulator.name());
        let started =
            Running::start_from(binary, Program::Simulator, &arguments, &self.city.stack, &settings);
        let process = started.expect("the simulator was built");
        self.replay = Some(Replay { process, begun: Instant::now(), from_s, speed });
    }

    /// How long it has been played.
    pub fn played(&self) -> Duration {
        let reached_s = self.replay.as_ref().map_or(0.0, Replay::reached_s);
        Duration::from_secs_f64(reached_s.min(self.recording.length_s) / self.recording.speed)
    }

    /// Waits until this share of the playing time has passed.
    pub async fn play_until(&self, share: f64) {
        let moment = self.recording.playing_time().mul_f64(share);
        tokio::time::sleep(moment.saturating_sub(self.played())).await;
    }

    /// Ends these at once, leaves them alone for a while, and starts them again.
    pub async fn strike(&mut self, strikes: &[Strike], away: Duration) {
        let words: Vec<String> = strikes.iter().map(ToString::to_string).collect();
        eprintln!("{:6.1} s: {}", self.played().as_secs_f64(), words.join(", "));
        // What waits at the broker for an absent gateway is saved every 5 s only, and lost with it (docs/operations.md):
        // seconds of traffic that nobody saw leave another story.
        if strikes.iter().any(|strike| matches!(strike, Strike(Victim::Mosquitto, Blow::Kill)))
            && let Some(gateway) = self.city.programs.get_mut(Program::Gateway.name())
            && let Err(error) = gateway.wait_until_ready(READY_WITHIN).await
        {
            panic!("{error}\n{}", self.tails());
        }
        for strike in strikes {
            self.end(*strike).await;
        }
        tokio::time::sleep(away).await;
        // A server is there before who needs it, as a supervisor would have it in the end.
        for victim in [Victim::Database, Victim::Prosody, Victim::Mosquitto] {
            if strikes.iter().any(|Strike(struck, _)| *struck == victim) {
                self.begin(victim).await;
            }
        }
        for Strike(victim, _) in strikes {
            self.begin(*victim).await;
        }
    }

    async fn end(&mut self, Strike(victim, blow): Strike) {
        let stack = &mut self.city.stack;
        match (victim, blow) {
            (Victim::Mosquitto, Blow::Kill) => {
                self.lost_at_broker = true;
                stack.mosquitto.kill().await;
            }
            (Victim::Mosquitto, Blow::Terminate) => stack.mosquitto.stop().await,
            (Victim::Prosody, Blow::Kill) => stack.prosody.kill().await,
            (Victim::Prosody, Blow::Terminate) => stack.prosody.stop().await,
            (Victim::Database, Blow::Kill) => stack.database.kill().await,
            (Victim::Database, Blow::Terminate) => stack.database.stop().await,
            (Victim::Simulator, _) => {
                let Some(replay) = &mut self.replay else { return };
                let reached_s = replay.reached_s();
                match blow {
                    Blow::Kill => replay.process.kill().await,
                    Blow::Terminate => replay.process.stop(GRACE).await,
                };
                (replay.from_s, replay.begun) = (reached_s, Instant::now());
            }
            (program, _) => {
                let name = program.program().expect("a program").name();
                let running = self.city.programs.get_mut(name).expect("it runs");
                match blow {
                    Blow::Kill => running.kill().await,
                    Blow::Terminate => running.stop(GRACE).await,
                };
            }
        }
    }

    async fn begin(&mut self, victim: Victim) {
        let stack = &mut self.city.stack;
        match victim {
            Victim::Mosquitto => stack.mosquitto.restart().await.expect("Mosquitto starts again"),
            Victim::Prosody => stack.prosody.restart().await.expect("Prosody starts again"),
            Victim::Database => stack.database.restart().await.expect("the database starts again"),
            Victim::Simulator => {
                let Some(Replay { from_s, speed, .. }) = self.replay else { return };
                self.play_from((from_s - AGAIN_S * speed).max(0.0), speed);
            }
            program => {
                let name = program.program().expect("a program").name();
                let running = self.city.programs.get_mut(name).expect("it ran");
                running.restart().expect("the program starts again");
            }
        }
    }

    /// Waits until all is well: every program is ready.
    pub async fn well(&mut self) {
        let mut trouble = None;
        for running in self.city.programs.values_mut() {
            if let Err(error) = running.wait_until_ready(READY_WITHIN).await {
                trouble = Some(error);
            }
        }
        if let Some(error) = trouble {
            panic!("{error}\n{}", self.tails());
        }
    }

    /// Waits until the recording has been played to its end, then until the gateway has nothing left to send.
    pub async fn play_to_the_end(&mut self) {
        let mut replay = self.replay.take().expect("it plays");
        let ended = replay.process.wait(self.recording.playing_time() * 2 + READY_WITHIN).await;
        assert!(ended.is_some_and(|status| status.success()), "{ended:?}\n{}", replay.process.tail());
        self.well().await;
        self.until("the outbox is empty", WHOLE_WITHIN, async |drill| {
            drill.city.metric(Program::Gateway, "vigiroute_gateway_outbox_depth", "").await == 0.0
        })
        .await;
    }

    /// What the store holds, as soon as it is told to the end: the same twice with a while between.
    pub async fn settled(&mut self) -> State {
        let mut before = self.state().await;
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let now = self.state().await;
            if now.events == before.events {
                return now;
            }
            before = now;
        }
    }

    async fn state(&self) -> State {
        State::read(&self.city.stack).await.expect("the store can be read")
    }

    /// Plays to the end and sees that the story is the same as `expected`, in the store and on the nodes; then plays all of
    /// it once more, which changes nothing.
    pub async fn must_match(&mut self, expected: &State) {
        self.play_to_the_end().await;
        self.matches(expected).await;
        self.play_from(0.0, 0.0);
        self.play_to_the_end().await;
        self.matches(expected).await;
    }

    /// Sees that the story is the same as `expected`, in the store and on the nodes.
    pub async fn matches(&self, expected: &State) {
        let tolerance = if self.lost_at_broker {
            Tolerance::broker_killed(self.recording.speed)
        } else {
            Tolerance::NOTHING_LOST
        };
        let begun = Instant::now();
        loop {
            let actual = self.state().await;
            let mut found = differences(expected, &actual, tolerance);
            match shown(&self.city.stack).await {
                Ok(shown) if shown == actual.open() => {}
                Ok(shown) => found.push(format!("the nodes show {shown:?}, but {:?} goes on", actual.open())),
                Err(error) => found.push(format!("the nodes cannot be read: {error}")),
            }
            if found.is_empty() {
                return;
            }
            assert!(
                begun.elapsed() < WHOLE_WITHIN,
                "{} of {} events, {} differences:\n{}\n{}",
                actual.events.len(),
                expected.events.len(),
                found.len(),
                found.iter().take(40).cloned().collect::<Vec<_>>().join("\n"),
                self.tails()
            );
            tokio::time::sleep(POLL * 5).await;
        }
    }

    /// The ends of all programs' logs.
    pub fn tails(&self) -> String {
        let tails = self
            .city
            .programs
            .values()
            .map(|running| format!("--- {} ---\n{}\n", running.program(), running.tail()));
        tails.collect()
    }
}
