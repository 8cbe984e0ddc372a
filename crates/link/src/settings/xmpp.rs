//! How to reach the XMPP server.

use super::{SettingsError, read_password};
use crate::xmpp;
use clap::Args;
use std::path::PathBuf;
use tokio_xmpp::jid::FullJid;

/// The XMPP server.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "XMPP server")]
pub struct XmppArgs {
    /// XMPP domain. Accounts are gateway@DOMAIN and collector@DOMAIN, events are published at pubsub.DOMAIN.
    #[arg(long, value_name = "DOMAIN", env = "VIGIROUTE_XMPP_DOMAIN", default_value = "vigiroute.local")]
    pub xmpp_domain: String,

    /// Host of the XMPP server.
    #[arg(long, value_name = "HOST", env = "VIGIROUTE_XMPP_HOST", default_value = "127.0.0.1")]
    pub xmpp_host: String,

    /// Port of the XMPP server.
    #[arg(long, value_name = "PORT", env = "VIGIROUTE_XMPP_PORT", default_value_t = 5222)]
    pub xmpp_port: u16,

    /// File with the account's password on its first line.
    #[arg(long, value_name = "FILE", env = "VIGIROUTE_XMPP_PASSWORD_FILE")]
    pub xmpp_password_file: Option<PathBuf>,

    /// Log in without TLS. Only for a server on this machine or in a network of its own. With TLS the server's
    /// certificate must be trusted: SSL_CERT_FILE names authorities besides the system's.
    #[arg(long, env = "VIGIROUTE_XMPP_ALLOW_PLAIN", action = clap::ArgAction::Set, default_value_t = false, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub xmpp_allow_plain: bool,
}

impl XmppArgs {
    /// Reads the password; `account` is both the name before the @ and the resource.
    ///
    /// # Errors
    /// When the password file or the domain cannot be used.
    pub fn resolve(&self, account: &str) -> Result<xmpp::Settings, SettingsError> {
        let jid: FullJid = format!("{account}@{}/{account}", self.xmpp_domain).parse().map_err(|error| {
            SettingsError::Invalid {
                name: "VIGIROUTE_XMPP_DOMAIN",
                value: self.xmpp_domain.clone(),
                reason: format!("{error}; write a domain as in vigiroute.local"),
            }
        })?;
        let password = read_password(
            &format!("XMPP account {account}@{}", self.xmpp_domain),
            self.xmpp_password_file.as_deref(),
            "VIGIROUTE_XMPP_PASSWORD_FILE",
        )?;
        Ok(xmpp::Settings {
            jid,
            password,
            host: self.xmpp_host.clone(),
            port: self.xmpp_port,
            allow_plain: self.xmpp_allow_plain,
        })
    }
}
