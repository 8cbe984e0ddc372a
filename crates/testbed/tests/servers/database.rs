//! The database's accounts may do what they need and no more.

use sqlx::mysql::MySqlPool;
use sqlx::{AssertSqlSafe, Executor};
use testbed::Stack;

async fn run(pool: &MySqlPool, sql: &str) -> Result<(), String> {
    pool.execute(AssertSqlSafe(sql.to_owned())).await.map(|_| ()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn web_reads_everything_but_writes_zones_only() {
    let stack = Stack::start().await.unwrap();
    let collector = MySqlPool::connect(&stack.database.url("collector", "vigiroute").unwrap()).await.unwrap();
    run(&collector, "CREATE TABLE zones (id VARCHAR(64) PRIMARY KEY)").await.unwrap();
    run(&collector, "CREATE TABLE events (id VARCHAR(64) PRIMARY KEY)").await.unwrap();

    let web = MySqlPool::connect(&stack.database.url("web", "vigiroute").unwrap()).await.unwrap();

    run(&web, "INSERT INTO zones VALUES ('centre')").await.unwrap();
    run(&web, "DELETE FROM zones").await.unwrap();
    run(&web, "SELECT * FROM events").await.unwrap();
    assert!(run(&web, "INSERT INTO events VALUES ('forged')").await.unwrap_err().contains("denied"));
    assert!(run(&web, "DROP TABLE zones").await.unwrap_err().contains("denied"));
    assert!(run(&web, "CREATE TABLE other (id INT)").await.unwrap_err().contains("denied"));
    assert!(run(&web, "SELECT * FROM prosody.prosody").await.unwrap_err().contains("denied"));
    assert!(run(&collector, "SELECT * FROM prosody.prosody").await.unwrap_err().contains("denied"));
}

#[tokio::test]
async fn nobody_gets_in_without_a_password() {
    let stack = Stack::start().await.unwrap();
    for account in ["root", "collector", "web", "prosody", ""] {
        let url = format!("mysql://{account}@127.0.0.1:{}/", stack.database.port());
        let refused = MySqlPool::connect(&url).await.unwrap_err().to_string();
        assert!(refused.contains("denied") || refused.contains("not allowed"), "{account}: {refused}");
    }
}

#[tokio::test]
async fn what_was_committed_survives_a_kill() {
    let mut stack = Stack::start().await.unwrap();
    let url = stack.database.url("collector", "vigiroute").unwrap();
    let pool = MySqlPool::connect(&url).await.unwrap();
    run(&pool, "CREATE TABLE kept (n INT)").await.unwrap();
    run(&pool, "INSERT INTO kept VALUES (7)").await.unwrap();

    stack.database.kill().await;
    assert!(!stack.database.is_running());
    stack.database.restart().await.unwrap();

    let pool = MySqlPool::connect(&url).await.unwrap();
    let kept: (i32,) = sqlx::query_as("SELECT n FROM kept").fetch_one(&pool).await.unwrap();
    assert_eq!(kept, (7,));
}
