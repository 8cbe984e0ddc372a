//! Real servers for tests and for `cargo xtask up`: Mosquitto, Prosody and MariaDB or MySQL, on ports of their own, in a
//! folder of their own, with the deployment's own configuration (`deploy/`), fresh random passwords and no process left
//! behind, not even when the test is killed.
//!
//! ```no_run
//! # async fn example() -> Result<(), testbed::Error> {
//! use std::time::Duration;
//! use testbed::{Program, Running, Stack};
//!
//! let mut stack = Stack::start().await?; // the three servers, ready
//! let mut collector = Running::start(Program::Collector, &stack, &[])?;
//! let mut gateway = Running::start(Program::Gateway, &stack, &[("VIGIROUTE_LOG", "debug")])?;
//! collector.wait_until_ready(Duration::from_secs(10)).await?;
//! gateway.wait_until_ready(Duration::from_secs(10)).await?;
//!
//! let vehicle_password = stack.mosquitto.add_account("v1").await?; // may write only under its own id
//! let mysql_url = stack.database.url("collector", "vigiroute")?;
//! stack.prosody.kill().await; // as a crash would
//! stack.prosody.restart().await?; // same ports, same data
//! # Ok(())
//! # }
//! ```
//!
//! A test inside one program's own package does without [`Running`] and gives its settings by hand: each server tells its
//! `port()`, `password(account)` and `password_file(account)`; [`Prosody::authority`] is the certificate to trust, and
//! [`Stack::env_for`] gives all settings of a program as pairs.
//!
//! [`Bridge`] carries a feed of real vehicles, or a [`Feed`] that plays one, into the broker.
//! [`Proxy`] stands between a program and a server and cuts, delays or freezes the link. [`bosh::Guest`] is a browser's
//! XMPP session. [`http`] asks simple questions.

pub mod bosh;
mod bridge;
mod certificates;
mod data_folder;
mod database;
mod error;
mod folder;
pub mod http;
mod launcher;
mod mosquitto;
mod port;
mod process;
mod program;
mod prosody;
mod proxy;
mod secret;
mod stack;
mod target;
mod template;
mod web_key;

pub use bridge::{Bridge, Feed, FeedAddress};
pub use database::Database;
pub use error::Error;
pub use folder::Folder;
pub use mosquitto::Mosquitto;
pub use port::Port;
pub use program::{Program, Running};
pub use prosody::{DOMAIN, Encryption, Prosody};
pub use proxy::Proxy;
pub use secret::Secrets;
pub use stack::{ADMIN_SECRET, Moved, Ports, Stack};
pub use target::{programs_folder, target_folder, workspace_folder};
pub use web_key::web_key;
