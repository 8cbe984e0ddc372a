//! The web program among real servers, with the tables that the collector would have made.

use crate::client::{Answer, Client};
use sqlx::{Connection, MySqlConnection};
use std::time::Duration;
use testbed::{Program, Running, Stack};
use tokio::time::Instant;

pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct World {
    pub web: Running,
    pub client: Client,
    pub stack: Stack,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let stack = Stack::start().await.unwrap();
        make_tables(&stack).await;
        Self::among(stack, settings).await
    }

    pub async fn among(stack: Stack, settings: &[(&str, &str)]) -> Self {
        let mut web = start_web(&stack, settings);
        web.wait_until_ready(PATIENCE).await.unwrap();
        let password = stack.admin_password().unwrap();
        let key = testbed::web_key(web.health_url(), &password, "admin").await.unwrap();
        let client = Client::new(web.health_url()).with_key(&key);
        Self { web, client, stack }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.client.get(path).await
    }

    /// A connection with the collector's rights.
    pub async fn connect(&self) -> MySqlConnection {
        connect(&self.stack).await
    }
}

pub fn start_web(stack: &Stack, settings: &[(&str, &str)]) -> Running {
    let binary = env!("CARGO_BIN_EXE_web").into();
    Running::start_from(binary, Program::Web, &[], stack, settings).unwrap()
}

pub async fn connect(stack: &Stack) -> MySqlConnection {
    MySqlConnection::connect(&stack.database.url("collector", "vigiroute").unwrap()).await.unwrap()
}

pub async fn make_tables(stack: &Stack) {
    sqlx::migrate!("../sql").run_direct(None, &mut connect(stack).await, false).await.unwrap();
}

/// Waits until `holds`.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
