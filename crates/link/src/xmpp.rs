//! A supervised XMPP stream that comes back by itself, behind an interface of our own.
//!
//! One task owns the stream and is the only one to touch it. Stanzas to send come to it over a bounded queue, what is
//! received goes out over another. What was handed over when a session is lost may be lost with it: whoever must be
//! sure asks the recipient for a receipt (XEP-0184) and sends again; [`Event::Online`] with `resumed: false` says that
//! a session was lost.

mod login;
mod name;
pub mod pubsub;
mod stand_in;
mod supervisor;

use secrecy::SecretString;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use xmpp_parsers::iq::IqRequestPayload;
use xmpp_parsers::minidom::Element;
use xmpp_parsers::stanza_error::{DefinedCondition, StanzaError};

use crate::Condition;

pub use tokio_xmpp::Stanza;
pub use xmpp_parsers::jid::{BareJid, FullJid, Jid};
pub use xmpp_parsers::message::Message;

/// Stanzas that may wait to be sent.
const OUTGOING_CAPACITY: usize = 64;
/// Received messages that may wait to be taken.
const INCOMING_CAPACITY: usize = 256;

/// Where the server is and who we are there.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Account and resource.
    pub jid: FullJid,
    /// The account's password.
    pub password: SecretString,
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Log in without TLS (and without asking for it).
    pub allow_plain: bool,
}

/// What happens on the stream, in order.
#[derive(Debug)]
pub enum Event {
    /// The stream stands. Unless `resumed`, this is a new session: what was on its way may be lost.
    Online {
        /// Whether an interrupted session goes on without loss.
        resumed: bool,
    },
    /// The stream was interrupted; it is being brought back.
    Offline,
    /// A message came (of any type, errors and PubSub notifications included).
    Message(Box<Message>),
}

/// The client is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the XMPP client is closed")]
pub struct Closed;

/// Another program has our name at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("another program of this name is online at the XMPP server: two must never run at once")]
pub struct NameTaken;

/// Why a stanza was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TrySendError {
    /// Too many stanzas wait, or the stream is not online.
    #[error("the queue of stanzas to send is full")]
    Full,
    /// The client is closed.
    #[error("the XMPP client is closed")]
    Closed,
}

/// Why a request has no result.
#[derive(Debug, Error)]
pub enum RequestError {
    /// The other side answered with an error.
    #[error("refused: {} {}", .0.type_, describe(.0))]
    Refused(Box<StanzaError>),
    /// No answer in time; whether the request was carried out is not known.
    #[error("no answer in time")]
    TimedOut,
    /// The session was lost; whether the request was carried out is not known.
    #[error("the session was lost before the answer came")]
    Interrupted,
    /// The client is closed.
    #[error("the XMPP client is closed")]
    Closed,
}

impl RequestError {
    /// The condition of a refusal.
    #[must_use]
    pub fn condition(&self) -> Option<&DefinedCondition> {
        match self {
            Self::Refused(error) => Some(&error.defined_condition),
            Self::TimedOut | Self::Interrupted | Self::Closed => None,
        }
    }

    /// Whether what was asked about does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.condition() == Some(&DefinedCondition::ItemNotFound)
    }
}

/// The error's condition and text, for people.
fn describe(error: &StanzaError) -> String {
    let text = error.texts.values().next().map(|text| format!(": {text}")).unwrap_or_default();
    format!("{:?}{text}", error.defined_condition)
}

/// Sends. Cheap to clone. When all clones are dropped the stream ends.
#[derive(Debug, Clone)]
pub struct Client {
    commands: mpsc::Sender<Command>,
    online: watch::Receiver<bool>,
    taken: watch::Receiver<bool>,
    closes: mpsc::Sender<Close>,
}

/// What happens on the stream. Must be taken promptly: while its queue (256) is full nothing is read from the server,
/// not even the answers to requests. Dropped, what happens is thrown away.
#[derive(Debug)]
pub struct Incoming {
    events: mpsc::Receiver<Event>,
}

/// What a client asks of its supervisor.
#[derive(Debug)]
enum Command {
    Send(Box<Stanza>),
    Request { to: Jid, payload: IqRequestPayloadBox, answer: Answer },
}

/// The wish to end in good order.
#[derive(Debug)]
struct Close {
    done: oneshot::Sender<()>,
    deadline: Instant,
}

/// The payload of a request, in a box because it is large.
struct IqRequestPayloadBox(Box<IqRequestPayload>);

/// Where the answer to a request goes.
type Answer = oneshot::Sender<Result<Option<Element>, RequestError>>;

impl std::fmt::Debug for IqRequestPayloadBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.0 {
            IqRequestPayload::Get(element) => write!(f, "Get({})", element.name()),
            IqRequestPayload::Set(element) => write!(f, "Set({})", element.name()),
        }
    }
}

/// Starts to log in, and keeps coming back, in a task of its own. `condition` is met while the stream stands, and says
/// why otherwise. A name that another program answers under is not taken from it ([`Client::name_taken`]).
#[must_use]
pub fn connect(settings: Settings, condition: Condition) -> (Client, Incoming) {
    let (commands_tx, commands) = mpsc::channel(OUTGOING_CAPACITY);
    let (events_tx, events) = mpsc::channel(INCOMING_CAPACITY);
    let (online_tx, online) = watch::channel(false);
    let (taken_tx, taken) = watch::channel(false);
    let (closes_tx, closes) = mpsc::channel(1);
    crate::queues::watch("xmpp_to_send", &commands_tx);
    crate::queues::watch("xmpp_received", &events_tx);
    let channels =
        supervisor::Channels { commands, closes, events: events_tx, online: online_tx, taken: taken_tx };
    tokio::spawn(supervisor::Supervisor::new(settings, channels, condition).run());
    (Client { commands: commands_tx, online, taken, closes: closes_tx }, Incoming { events })
}

// === impl Client ===

impl Client {
    /// Hands a stanza over for sending; waits while the queue is full, as it is after a while offline.
    ///
    /// # Errors
    /// When the client is closed.
    pub async fn send(&self, stanza: impl Into<Stanza>) -> Result<(), Closed> {
        let command = Command::Send(Box::new(stanza.into()));
        self.commands.send(command).await.map_err(|_| Closed)
    }

    /// Hands a stanza over only if the stream is online and the queue has room: for what is worthless when late.
    ///
    /// # Errors
    /// When there is no room, or the client is closed.
    pub fn try_send(&self, stanza: impl Into<Stanza>) -> Result<(), TrySendError> {
        if !*self.online.borrow() {
            return Err(if self.commands.is_closed() { TrySendError::Closed } else { TrySendError::Full });
        }
        self.commands.try_send(Command::Send(Box::new(stanza.into()))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => TrySendError::Full,
            mpsc::error::TrySendError::Closed(_) => TrySendError::Closed,
        })
    }

    /// Asks `to` for something (`<iq type='get'>`), and gives the payload of the answer.
    ///
    /// # Errors
    /// When it is refused, there is no answer within `bound`, or the session is lost.
    pub async fn get(
        &self,
        to: impl Into<Jid>,
        payload: impl Into<Element>,
        bound: Duration,
    ) -> Result<Option<Element>, RequestError> {
        self.request(to.into(), IqRequestPayload::Get(payload.into()), bound).await
    }

    /// Asks `to` to do something (`<iq type='set'>`), and gives the payload of the answer.
    ///
    /// # Errors
    /// When it is refused, there is no answer within `bound`, or the session is lost.
    pub async fn set(
        &self,
        to: impl Into<Jid>,
        payload: impl Into<Element>,
        bound: Duration,
    ) -> Result<Option<Element>, RequestError> {
        self.request(to.into(), IqRequestPayload::Set(payload.into()), bound).await
    }

    async fn request(
        &self,
        to: Jid,
        payload: IqRequestPayload,
        bound: Duration,
    ) -> Result<Option<Element>, RequestError> {
        let payload = IqRequestPayloadBox(Box::new(payload));
        let asked = async {
            let (answer, answered) = oneshot::channel();
            let command = Command::Request { to, payload, answer };
            self.commands.send(command).await.map_err(|_| RequestError::Closed)?;
            answered.await.unwrap_or(Err(RequestError::Closed))
        };
        tokio::time::timeout(bound, asked).await.unwrap_or(Err(RequestError::TimedOut))
    }

    /// Whether the stream stands, now and from now on.
    #[must_use]
    pub fn online(&self) -> watch::Receiver<bool> {
        self.online.clone()
    }

    /// Waits until the stream stands.
    ///
    /// # Errors
    /// When the client is closed first.
    pub async fn wait_online(&self) -> Result<(), Closed> {
        self.online.clone().wait_for(|online| *online).await.map(drop).map_err(|_| Closed)
    }

    /// Waits until another program turns out to be online under our name; this one does not log in any more and is to be
    /// ended. Waits for ever if that never happens.
    pub async fn name_taken(&self) -> NameTaken {
        if self.taken.clone().wait_for(|taken| *taken).await.is_err() {
            // Closed, and with it all asking.
            std::future::pending::<()>().await;
        }
        NameTaken
    }

    /// Sends what is queued if the stream stands, and ends it in good order, all within `bound`. Whether it did.
    pub async fn close(&self, bound: Duration) -> bool {
        let (done, finished) = oneshot::channel();
        let deadline = Instant::now() + bound;
        if self.closes.send(Close { done, deadline }).await.is_err() {
            return false;
        }
        tokio::time::timeout_at(deadline, finished).await.is_ok_and(|finished| finished.is_ok())
    }
}

// === impl Incoming ===

impl Incoming {
    /// What happens next; `None` when the client is closed.
    pub async fn recv(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// What happened next, if anything did.
    pub fn try_recv(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}
