//! What docs/operations.md says of saving the database and taking it back, and of an upgrade, done.

use crate::events::{accident, zone_entry};
use crate::server::{Server, settings};
use collector::store::{Batch, Database, Writer, migrate, open_events};
use model::{Event, EventKind, Phase};
use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor, MySqlConnection, Row};
use std::fs::File;
use std::path::Path;
use std::process::Command;
use testbed::{Folder, Port, Secrets};

struct Place {
    process: testbed::Database,
    folder: Folder,
}

impl Place {
    async fn new() -> Self {
        let folder = Folder::temporary().unwrap();
        let secrets = Secrets::in_folder(folder.path().join("secrets")).unwrap();
        let process = testbed::Database::start(&folder, &secrets, Port::free().unwrap()).await.unwrap();
        Self { process, folder }
    }

    fn database(&self) -> Database {
        Database::new(&settings(&self.process))
    }

    /// A client program of the server's, as its administrator.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .arg("--no-defaults")
            .arg(format!("--socket={}", self.folder.path().join("mysql/data/sock").display()))
            .arg("--user=root")
            .env("MYSQL_PWD", self.process.password("root").unwrap());
        command
    }

    async fn rows(&self, query: &'static str) -> Vec<Vec<Vec<u8>>> {
        let url = self.process.url("collector", "vigiroute").unwrap();
        let mut connection = MySqlConnection::connect(&url).await.unwrap();
        let rows = connection.fetch_all(query).await.unwrap();
        rows.iter().map(|row| (0..row.len()).map(|n| row.get_unchecked(n)).collect()).collect()
    }
}

fn dump(from: &Place, to: &Path) {
    let dumped = from
        .command("mariadb-dump")
        .args(["--single-transaction", "vigiroute"])
        .stdout(File::create(to).unwrap())
        .status();
    assert!(dumped.unwrap().success());
}

#[tokio::test]
async fn a_dump_taken_back_into_a_fresh_server_holds_the_same_and_goes_on() {
    let (before, after) = (Place::new().await, Place::new().await);
    migrate(&before.database()).await.unwrap();
    let mut writer = Writer::new(before.database());
    let events: Vec<Event> = (0..500)
        .map(|n| match n % 3 {
            0 => accident(n, "r1", 1, Phase::Started, &["v1", "v2"]),
            1 => accident(n - 1, "r1", 2, Phase::Ended, &["v1", "v2"]),
            _ => zone_entry(n, "centre", "v1"),
        })
        .collect();
    writer.store(&mut Batch::of(events.clone()).unwrap()).await.unwrap();

    let file = before.folder.path().join("vigiroute.sql");
    dump(&before, &file);
    let taken_back =
        after.command("mariadb").arg("vigiroute").stdin(File::open(&file).unwrap()).status().unwrap();
    assert!(taken_back.success());

    // The collector starts on it as if nothing had been.
    migrate(&after.database()).await.unwrap();
    for query in [
        "SELECT HEX(id), CAST(revision AS CHAR), body, CAST(stored_at AS CHAR) FROM event_revisions ORDER BY id, revision",
        "SELECT HEX(id), CAST(revision AS CHAR), phase, CAST(occurred_at AS CHAR), body FROM events ORDER BY id",
        "SELECT HEX(event_id), vehicle_id FROM event_vehicles ORDER BY event_id, vehicle_id",
    ] {
        let rows = before.rows(query).await;
        assert!(rows.len() > 300, "{query}: {}", rows.len());
        assert_eq!(rows, after.rows(query).await, "{query}");
    }
    // What the gateway sends again, because its own state is older or newer than the dump, changes nothing.
    let mut again = Batch::of(events).unwrap();
    Writer::new(after.database()).store(&mut again).await.unwrap();
    assert_eq!(again.into_fresh().count(), 0);
}

#[tokio::test]
async fn an_upgrade_keeps_what_the_first_tables_held() {
    let server = Server::bare().await;
    let mut connection = server.connect().await;
    let all = sqlx::migrate!("../sql");
    let first = all.iter().filter(|migration| migration.version <= 4).cloned().collect();
    Migrator::with_migrations(first).run_direct(None, &mut connection, false).await.unwrap();
    let events: Vec<Event> = (0..100).map(|n| accident(n, "r1", 1, Phase::Started, &["v1"])).collect();
    let mut writer = Writer::new(server.database.clone());
    writer.store(&mut Batch::of(events.clone()).unwrap()).await.unwrap();

    migrate(&server.database).await.unwrap();
    let applied: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations").fetch_one(&mut connection).await.unwrap();
    assert_eq!(applied, all.iter().count() as i64);
    assert_eq!(open_events(&server.database, EventKind::Accident, 1_000).await.unwrap(), events);
    let indexed: Vec<String> = sqlx::query_scalar(
        "SELECT column_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'events' \
         AND index_name = 'by_time' ORDER BY seq_in_index",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(indexed, ["occurred_at", "id", "lat", "lon"]);
    // As if it had been killed in the middle: it is run again.
    connection.execute("UPDATE _sqlx_migrations SET success = FALSE WHERE version = 5").await.unwrap();
    migrate(&server.database).await.unwrap();
}
