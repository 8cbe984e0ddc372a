//! Accounts and keys from the command line, for whoever holds the database's password: the way back in when nobody can
//! sign in any more.

use super::name::{self, is_name};
use super::{Caller, Role, keys, password, sessions, store, token};
use crate::audit::{self, Change};
use crate::database::Database;
use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use link::settings::mysql;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::io::Write;

/// What is done instead of serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Make an account; its password is drawn and shown once.
    AddAccount {
        /// Its name.
        name: String,
        /// What it may do.
        #[arg(long)]
        role: Role,
    },
    /// Draw another password for an account, show it once, and end the account's sessions. One that was disabled can
    /// sign in again.
    SetPassword {
        /// The account's name.
        name: String,
    },
    /// Make a key for a program and show it once. It is sent as `Authorization: Bearer KEY`.
    AddKey {
        /// Which program it is for.
        name: String,
        /// What it may do.
        #[arg(long)]
        role: Role,
    },
}

/// Does it, and shows what was drawn on standard output.
///
/// # Errors
/// When the name is none or taken, or the database is away.
pub async fn run(command: Command, settings: &mysql::Settings) -> anyhow::Result<()> {
    let database = Database::new(settings);
    let name = match &command {
        Command::AddAccount { name, .. } | Command::SetPassword { name } | Command::AddKey { name, .. } => {
            name
        }
    };
    ensure!(is_name(name), "{name:?} is no name: allowed are {}", name::ALLOWED);
    let drawn = match &command {
        Command::AddAccount { name, role } => add_account(&database, name, *role).await,
        Command::SetPassword { name } => set_password(&database, name).await,
        Command::AddKey { name, role } => add_key(&database, name, *role).await,
    }?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", drawn.expose_secret()).context("cannot write to standard output")
}

fn draw_password() -> anyhow::Result<(SecretString, String)> {
    let password = token::draw_password();
    let hash = password::hash_once(&password).context("the password could not be hashed")?;
    Ok((password, hash))
}

async fn add_account(database: &Database, name: &str, role: Role) -> anyhow::Result<SecretString> {
    let (password, hash) = draw_password()?;
    let mut transaction = database.pool().begin().await.context("cannot reach the database")?;
    if !store::create(&mut transaction, name, role, &hash).await? {
        bail!("there is an account {name} already; set-password gives it another password");
    }
    let after = Some(json!({ "role": role }));
    let change = Change { action: "account.create", object: name, after, ..Change::default() };
    audit::record(&mut transaction, &Caller::command_line(), change).await?;
    transaction.commit().await?;
    Ok(password)
}

async fn set_password(database: &Database, name: &str) -> anyhow::Result<SecretString> {
    let (password, hash) = draw_password()?;
    let mut transaction = database.pool().begin().await.context("cannot reach the database")?;
    ensure!(store::set_password(&mut transaction, name, &hash).await?, "there is no account {name}");
    store::set_disabled(&mut transaction, name, false).await?;
    sessions::end_all(&mut transaction, name, None).await?;
    let change = Change { action: "account.password", object: name, ..Change::default() };
    audit::record(&mut transaction, &Caller::command_line(), change).await?;
    transaction.commit().await?;
    Ok(password)
}

async fn add_key(database: &Database, name: &str, role: Role) -> anyhow::Result<SecretString> {
    let key = token::draw(token::KEY);
    let by = Caller::command_line();
    let mut transaction = database.pool().begin().await.context("cannot reach the database")?;
    ensure!(keys::count(&mut transaction).await? < keys::MAX_KEYS, "there are as many keys as there may be");
    let id = keys::create(&mut transaction, name, role, &by, &token::digest_of(&key)).await?;
    let after = Some(json!({ "id": id, "role": role }));
    let change = Change { action: "key.create", object: name, after, ..Change::default() };
    audit::record(&mut transaction, &by, change).await?;
    transaction.commit().await?;
    Ok(key)
}
