//! A city under watch: servers, programs, and the questions tests ask of them.

use model::{Event, EventKind};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use testbed::{Program, Running, Stack, http, web_key};
use tokio::sync::OnceCell;

const READY_WITHIN: Duration = Duration::from_secs(30);

/// Everything that runs.
pub struct City {
    /// The servers.
    pub stack: Stack,
    /// The programs that run, by name.
    pub programs: BTreeMap<&'static str, Running>,
    /// With which the tests change something.
    key: OnceCell<String>,
}

impl City {
    /// Servers and programs, without the simulator: the test itself is the traffic.
    pub async fn quiet() -> Self {
        Self::with(&[Program::Collector, Program::Gateway, Program::Web], &[]).await
    }

    /// On these servers, without any program.
    pub fn on(stack: Stack) -> Self {
        Self { stack, programs: BTreeMap::new(), key: OnceCell::new() }
    }

    /// Servers and these programs, each with the settings given for its name, ready.
    pub async fn with(programs: &[Program], settings: &[(Program, &str, &str)]) -> Self {
        let stack = Stack::start().await.expect("the servers start");
        let mut city = Self::on(stack);
        for program in programs {
            let own: Vec<(&str, &str)> = settings
                .iter()
                .filter(|(of, ..)| of == program)
                .map(|(_, key, value)| (*key, *value))
                .collect();
            city.start(*program, &own).await;
        }
        city
    }

    /// Starts one more program and waits until it is ready.
    pub async fn start(&mut self, program: Program, settings: &[(&str, &str)]) {
        let mut running = Running::start(program, &self.stack, settings).expect("the program was built");
        if let Err(error) = running.wait_until_ready(READY_WITHIN).await {
            panic!("{program} is not ready: {error}\n{}", running.tail());
        }
        self.programs.insert(program.name(), running);
    }

    /// Stops every program and server in good order, then starts them all again.
    pub async fn restart_everything(&mut self) {
        for running in self.programs.values_mut() {
            let status = running.stop(Duration::from_secs(12)).await;
            assert!(status.is_some_and(|status| status.success()), "{status:?}\n{}", running.tail());
        }
        self.stack.stop().await;
        self.stack.database.restart().await.expect("the database starts again");
        self.stack.prosody.restart().await.expect("Prosody starts again");
        self.stack.mosquitto.restart().await.expect("Mosquitto starts again");
        for program in Program::ALL {
            if let Some(running) = self.programs.get_mut(program.name()) {
                running.restart().expect("the program starts again");
                running.wait_until_ready(READY_WITHIN).await.expect("the program gets ready again");
            }
        }
    }

    /// A key with which everything can be changed.
    pub async fn key(&self) -> &str {
        let make = async {
            let password = self.stack.admin_password().expect("a password");
            web_key(&self.stack.web_url(), &password, "admin").await.expect("a key")
        };
        self.key.get_or_init(|| make).await
    }

    /// GET on the web program: status and body.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}{path}", self.stack.web_url());
        let (status, text) = http::get(&url).await.expect("web answers");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Any request to the web program; a body is GeoJSON. Status and body.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.stack.web_url());
        let text = body.map(ToString::to_string);
        let body = text.as_deref().map(|text| ("application/geo+json", text));
        let (status, text) =
            http::request_as(self.key().await, method, &url, body).await.expect("web answers");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// The same with a body of plain JSON.
    pub async fn ask_json(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.stack.web_url());
        let body = body.to_string();
        let (status, text) =
            http::request_as(self.key().await, method, &url, Some(("application/json", &body)))
                .await
                .expect("web answers");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// The latest revision of every stored event of this type, newest first.
    pub async fn events(&self, kind: EventKind) -> Vec<Event> {
        let (status, body) = self.get(&format!("/api/v1/events?type={}&limit=1000", kind.as_str())).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_value(body["events"].clone()).expect("events in the contract's form")
    }

    /// Waits until an event of this type is stored that `fits`.
    pub async fn wait_for(&self, kind: EventKind, within_s: u64, fits: impl Fn(&Event) -> bool) -> Event {
        let started = Instant::now();
        loop {
            let events = self.events(kind).await;
            if let Some(event) = events.iter().find(|event| fits(event)) {
                return event.clone();
            }
            if started.elapsed() > Duration::from_secs(within_s) {
                panic!("no such {} within {within_s} s, but {events:#?}", kind.as_str());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The value of a counter or gauge of a program; 0 if it was never touched.
    pub async fn metric(&self, program: Program, name: &str, label: &str) -> f64 {
        let metrics = self.programs[program.name()].metrics().await.expect("metrics");
        metrics
            .lines()
            .filter(|line| line.starts_with(name) && line.contains(label))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum()
    }
}
