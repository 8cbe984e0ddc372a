//! Connecting and logging in, again and again until it works. Unlike the library's own loop it says what is wrong and
//! can be stopped.

use super::{Settings, name, stand_in};
use crate::Condition;
use crate::backoff::{Backoff, Delays};
use sasl::common::{ChannelBinding, Credentials};
use secrecy::ExposeSecret;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::net::lookup_host;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_xmpp::connect::{DnsConfig, ServerConnector, StartTlsServerConnector, TcpServerConnector};
use tokio_xmpp::error::{AuthError, Error as XmppError, ProtocolError};
use tokio_xmpp::stanzastream::Connection;
use tokio_xmpp::xmlstream::{StreamHeader, Timeouts};
use xmpp_parsers::ns;

/// A server that is silent for this long is asked for a sign of life, and given as long again to answer.
const TIMEOUTS: Timeouts =
    Timeouts { read_timeout: Duration::from_secs(15), response_timeout: Duration::from_secs(15) };
/// How long one try to log in may take.
const LOGIN_TIME: Duration = Duration::from_secs(15);
/// A stream that stood this long was a good one: the next login is tried at once.
const GOOD_STREAM: Duration = Duration::from_secs(5);
/// What a password is never sent in the clear with.
const MECHANISMS: [&str; 4] = ["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"];

/// Logs in as often as the stream needs.
#[derive(Clone)]
pub(super) struct Connector {
    pub(super) settings: Arc<Settings>,
    pub(super) condition: Condition,
    /// Set for good when another program answers under our name.
    taken: watch::Sender<bool>,
    past: Arc<Mutex<Past>>,
}

/// What went before, for all streams of one client.
struct Past {
    /// What was logged last, so that the same is logged once.
    trouble: Option<String>,
    last_login: Option<Instant>,
    /// Waits between streams that did not stand: two clients of one name would throw each other out without a pause.
    delays: Delays,
    /// Whether to ask for others of our name before the next stream: at the start, and after a stream that did not stand,
    /// because the other one may have thrown us out.
    ask: bool,
}

/// Why a login failed, in words for people.
#[derive(Debug, Error)]
enum LoginError {
    #[error("host not found: {0}")]
    Lookup(std::io::Error),
    #[error("host not found")]
    NoAddress,
    #[error("no answer")]
    Timeout,
    #[error("it offers no TLS; set VIGIROUTE_XMPP_ALLOW_PLAIN=true if the network is safe")]
    NoTls,
    #[error("its certificate is not trusted ({0}); SSL_CERT_FILE names the authorities to trust")]
    Certificate(std::io::Error),
    #[error("it refuses the login ({0}); check VIGIROUTE_XMPP_PASSWORD_FILE and that the account exists")]
    Refused(String),
    #[error("it takes no login that keeps the password secret (SCRAM)")]
    NoMechanism,
    #[error("{0} (does it serve the domain {1}? VIGIROUTE_XMPP_DOMAIN)")]
    Stream(String, String),
    #[error("it does not say whether another program has our name ({0})")]
    Name(std::io::Error),
    #[error("{0}")]
    Other(XmppError),
}

impl Connector {
    pub(super) fn new(settings: Settings, condition: Condition, taken: watch::Sender<bool>) -> Self {
        let past = Past { trouble: None, last_login: None, delays: Backoff::RECONNECT.delays(), ask: true };
        Self { settings: Arc::new(settings), condition, taken, past: Arc::new(Mutex::new(past)) }
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to wait before the first try.
    fn pause(&self) -> Duration {
        let mut past = self.past();
        match past.last_login {
            Some(at) if at.elapsed() < GOOD_STREAM => {
                past.ask = true;
                past.delays.next_delay()
            }
            _ => {
                past.delays.reset();
                Duration::ZERO
            }
        }
    }

    /// Gives `slot` a connection, as soon as one can be had; after `stopped` one that is dead already, because the
    /// library's worker takes nothing else as a reason to end quietly.
    pub(super) async fn fill(self, slot: oneshot::Sender<Connection>, stopped: CancellationToken) {
        let connection = tokio::select! {
            biased;
            () = stopped.cancelled() => stand_in::dead_connection(&self.settings.jid).await,
            connection = self.log_in_until_it_works() => Some(connection),
        };
        if let Some(connection) = connection {
            let _ = slot.send(connection);
        }
    }

    async fn log_in_until_it_works(&self) -> Connection {
        tokio::time::sleep(self.pause()).await;
        let mut delays = Backoff::RECONNECT.delays();
        loop {
            let tried = async {
                if self.past().ask {
                    self.ask().await?;
                }
                self.connection().await
            };
            match tried.await {
                Ok(connection) => {
                    let mut past = self.past();
                    (past.last_login, past.ask) = (Some(Instant::now()), false);
                    return connection;
                }
                Err(error) => self.failed(&error),
            }
            tokio::time::sleep(delays.next_delay()).await;
        }
    }

    async fn connection(&self) -> Result<Connection, LoginError> {
        let tried = tokio::time::timeout(LOGIN_TIME, log_in(&self.settings));
        tried.await.unwrap_or(Err(LoginError::Timeout))
    }

    /// Asks whether another program goes by our name. If so, says it and waits for ever: the name is not ours.
    async fn ask(&self) -> Result<(), LoginError> {
        let Settings { jid, host, port, .. } = &*self.settings;
        let taken = name::is_taken(self.connection().await?, jid).await.map_err(LoginError::Name)?;
        if taken {
            let reason = format!("another program is online as {jid} at {host}:{port}");
            self.condition.unmet(reason.clone());
            tracing::error!(%reason, "the name is taken: not logging in");
            self.taken.send_replace(true);
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    /// The stream stands: the next trouble is a new one.
    pub(super) fn forget_trouble(&self) {
        self.past().trouble = None;
    }

    fn failed(&self, error: &LoginError) {
        let Settings { jid, host, port, .. } = &*self.settings;
        let reason =
            format!("{} is not logged in to the XMPP server at {host}:{port}: {error}", jid.to_bare());
        self.condition.unmet(reason.clone());
        metrics::counter!("vigiroute_xmpp_login_failures_total").increment(1);
        let mut past = self.past();
        if past.trouble.as_ref() != Some(&reason) {
            tracing::warn!(%reason, "not online, trying again");
            past.trouble = Some(reason);
        }
    }
}

async fn log_in(settings: &Settings) -> Result<Connection, LoginError> {
    let addresses: Vec<SocketAddr> =
        lookup_host((settings.host.as_str(), settings.port)).await.map_err(LoginError::Lookup)?.collect();
    let mut outcome = Err(LoginError::NoAddress);
    for address in addresses {
        let dns = DnsConfig::addr(&address.to_string());
        outcome = if settings.allow_plain {
            authenticate(TcpServerConnector(dns), settings).await
        } else {
            authenticate(StartTlsServerConnector(dns), settings).await
        };
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

async fn authenticate<C>(connector: C, settings: &Settings) -> Result<Connection, LoginError>
where
    C: ServerConnector,
    C::Stream: 'static,
{
    let jid = settings.jid.clone().into();
    let explain = |error| explain(error, settings);
    let (stream, binding) = connector.connect(&jid, ns::JABBER_CLIENT, TIMEOUTS).await.map_err(explain)?;
    let (features, stream) = stream.recv_features().await.map_err(|error| explain(error.into()))?;
    let offered: BTreeSet<String> = features
        .sasl_mechanisms
        .into_iter()
        .filter(|mechanism| MECHANISMS.contains(&mechanism.as_str()))
        .collect();
    // The library looks only for the mechanisms that fit the binding.
    let binding = match binding {
        bound @ (ChannelBinding::TlsExporter(_) | ChannelBinding::TlsUnique(_))
            if offered.iter().any(|mechanism| mechanism.ends_with("-PLUS")) =>
        {
            bound
        }
        _ => ChannelBinding::None,
    };
    let user = settings.jid.node().map(|node| node.as_str().to_owned()).unwrap_or_default();
    let credentials = Credentials::default()
        .with_username(user)
        .with_password(settings.password.expose_secret())
        .with_channel_binding(binding);
    let stream = tokio_xmpp::client_login(stream, offered, credentials).await.map_err(explain)?;
    let header =
        StreamHeader { to: Some(Cow::Borrowed(settings.jid.domain().as_str())), from: None, id: None };
    let stream = stream.send_header(header).await.map_err(|error| explain(error.into()))?;
    let (features, stream) = stream.recv_features().await.map_err(|error| explain(error.into()))?;
    Ok(Connection { stream: stream.box_stream(), features, identity: jid })
}

fn explain(error: XmppError, settings: &Settings) -> LoginError {
    match error {
        XmppError::Auth(AuthError::NoMechanism) => LoginError::NoMechanism,
        XmppError::Auth(error) => LoginError::Refused(error.to_string()),
        XmppError::Protocol(ProtocolError::NoTls) => LoginError::NoTls,
        XmppError::Io(error) if error.to_string().contains("certificate") => LoginError::Certificate(error),
        XmppError::StreamError(error) => {
            LoginError::Stream(error.to_string(), settings.jid.domain().to_string())
        }
        other => LoginError::Other(other),
    }
}
