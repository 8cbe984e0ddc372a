//! A database of a test's own: on a MariaDB that the test starts, or on the server that `VIGIROUTE_TEST_MYSQL` names
//! (`mysql://account:password@127.0.0.1:port`; letters and digits only; the account must be allowed to make databases).

use collector::store::Database;
use link::settings::mysql::{Settings, Tls};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, MySqlConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use testbed::{Folder, Port, Secrets};

pub struct Server {
    pub settings: Settings,
    pub database: Database,
    _process: Option<testbed::Database>,
    _folder: Option<Folder>,
}

impl Server {
    /// A database without tables.
    pub async fn bare() -> Self {
        match std::env::var("VIGIROUTE_TEST_MYSQL") {
            Ok(url) => Self::on(&url.parse().unwrap()).await,
            Err(_) => Self::on_its_own().await,
        }
    }

    /// A database with the tables.
    pub async fn start() -> Self {
        let server = Self::bare().await;
        collector::store::migrate(&server.database).await.unwrap();
        server
    }

    async fn on_its_own() -> Self {
        let folder = Folder::temporary().unwrap();
        let secrets = Secrets::in_folder(folder.path().join("secrets")).unwrap();
        let process = testbed::Database::start(&folder, &secrets, Port::free().unwrap()).await.unwrap();
        let settings = settings(&process);
        let database = Database::new(&settings);
        Self { settings, database, _process: Some(process), _folder: Some(folder) }
    }

    async fn on(options: &MySqlConnectOptions) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("vigiroute_test_{}_{number}", std::process::id());
        let mut connection = options.connect().await.unwrap();
        let make = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
        connection.execute(sqlx::AssertSqlSafe(make)).await.unwrap();
        let url = options.to_url_lossy();
        let settings = Settings {
            host: options.get_host().to_owned(),
            port: options.get_port(),
            database: name,
            user: options.get_username().to_owned(),
            password: url.password().unwrap().into(),
            tls: Tls::Preferred,
        };
        Self { database: Database::new(&settings), settings, _process: None, _folder: None }
    }

    pub async fn connect(&self) -> MySqlConnection {
        use secrecy::ExposeSecret;
        let Settings { host, port, database, user, password, .. } = &self.settings;
        let password = password.expose_secret();
        let url = format!("mysql://{user}:{password}@{host}:{port}/{database}");
        MySqlConnection::connect(&url).await.unwrap()
    }

    pub async fn count(&self, table: &'static str) -> i64 {
        let query = format!("SELECT COUNT(*) FROM {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&mut self.connect().await).await.unwrap()
    }
}

pub fn settings(process: &testbed::Database) -> Settings {
    Settings {
        host: "127.0.0.1".into(),
        port: process.port(),
        database: "vigiroute".into(),
        user: "collector".into(),
        password: process.password("collector").unwrap().into(),
        tls: Tls::Preferred,
    }
}
