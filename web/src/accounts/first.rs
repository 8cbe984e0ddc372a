//! The first admin, made when there is no account at all.

use super::{Caller, Role, password, store, token};
use crate::audit::{self, Change};
use crate::database::Database;
use link::Condition;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::io::Write;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Its name.
const NAME: &str = "admin";
/// Between two tries while the database or its tables are away.
const TRY_EVERY: Duration = Duration::from_millis(500);

/// Where the first admin's password comes from.
#[derive(Debug)]
pub enum FirstAdmin {
    /// From the operator, who keeps it.
    Given(SecretString),
    /// Drawn, and shown once on standard output.
    Drawn,
}

/// Makes the first admin as soon as the database is there, unless there is an account; then `condition` is met.
pub async fn make_first_admin(
    database: Database,
    first: FirstAdmin,
    condition: Condition,
    stop: CancellationToken,
) {
    let (password, drawn) = match first {
        FirstAdmin::Given(password) => (password, false),
        FirstAdmin::Drawn => (token::draw_password(), true),
    };
    let to_hash = password.clone();
    let hash = tokio::task::spawn_blocking(move || password::hash_once(&to_hash)).await.ok().flatten();
    let Some(hash) = hash else {
        condition.unmet("the first admin's password could not be hashed");
        return;
    };
    loop {
        match make(&database, &hash).await {
            Ok(made) => {
                if made {
                    tracing::info!(account = NAME, "made the first account");
                }
                if made && drawn {
                    show(&password);
                }
                condition.met();
                return;
            }
            // Whoever watches the database says what is wrong with it.
            Err(error) => condition.unmet(format!("the database: {error}")),
        }
        tokio::select! {
            () = tokio::time::sleep(TRY_EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Whether it was made: not if there is any account. Another web program may be at it too.
async fn make(database: &Database, hash: &str) -> Result<bool, sqlx::Error> {
    let mut transaction = database.pool().begin().await?;
    if store::count(&mut transaction).await? > 0 {
        return Ok(false);
    }
    let made = store::create(&mut transaction, NAME, Role::Admin, hash).await?;
    if made {
        let after = Some(json!({ "role": Role::Admin }));
        let change = Change { action: "account.create", object: NAME, after, ..Change::default() };
        audit::record(&mut transaction, &Caller::command_line(), change).await?;
        transaction.commit().await?;
    }
    Ok(made)
}

/// On standard output, which is not the log.
fn show(password: &SecretString) {
    let mut out = std::io::stdout().lock();
    let password = password.expose_secret();
    let _ = writeln!(
        out,
        "\n  Sign in as {NAME} with this password, which is shown this once:\n\n      {password}\n\n  \
         Lost? `web set-password {NAME}` draws another.\n"
    );
    let _ = out.flush();
}
