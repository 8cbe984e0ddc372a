//! The XMPP server comes back without anything it knew.

use crate::drill::Drill;
use crate::reference::faultless;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection};

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_made_anew_and_the_nodes_mended() {
    let expected = faultless().await;
    let mut drill = Drill::start().await;
    drill.play();
    drill.play_until(0.5).await;
    drill.city.stack.prosody.kill().await;
    let url = drill.city.stack.database.url("prosody", "prosody").expect("the password");
    let mut connection = MySqlConnection::connect(&url).await.expect("the database");
    for table in ["prosody", "prosodyarchive"] {
        connection.execute(AssertSqlSafe(format!("DELETE FROM {table}"))).await.expect("the table");
    }
    drop(connection);
    drill.city.stack.prosody.restart().await.expect("Prosody starts again");
    drill.must_match(expected).await;
}
