//! The task that owns the stream.
//!
//! It heals what the library (tokio-xmpp 6.0) cannot. After a server lost its memory (killed, or without its data), its
//! plain answer to the attempt to resume is taken for a broken stream, and the library tries the same again for ever:
//! after three interruptions in a row the stream is thrown away and a new one begun. And the library's split halves can
//! sleep while there is something to receive: nothing is split here, one task does it all.

use super::login::Connector;
use super::{Answer, Close, Command, Event, IqRequestPayloadBox, RequestError, Settings};
use crate::Condition;
use futures::StreamExt;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::{
    Connection, Event as Raw, StanzaStage, StanzaState, StanzaStream, StanzaToken, StreamEvent,
};
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload, IqRequestPayload};
use xmpp_parsers::jid::Jid;
use xmpp_parsers::presence::{Presence, Type};
use xmpp_parsers::stanza_error::{DefinedCondition, ErrorType, StanzaError};

/// Interruptions in a row without the stream coming back after which a new stream is begun.
const MAX_INTERRUPTIONS: u32 = 3;
/// Stanzas given to the library and not yet written to the network; it may hold this many and the task never waits.
const QUEUE_DEPTH: usize = 64;
/// How often being offline is said again in the log.
const REMINDER: Duration = Duration::from_secs(30);
/// Answers to others' requests that may wait to be sent.
const MAX_REPLIES: usize = 64;

/// The supervisor's ends of the channels.
pub(super) struct Channels {
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) closes: mpsc::Receiver<Close>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) online: watch::Sender<bool>,
    pub(super) taken: watch::Sender<bool>,
}

pub(super) struct Supervisor {
    connector: Connector,
    channels: Channels,
    stream: StanzaStream,
    /// Ends the connecting of the current stream.
    stop_connecting: CancellationToken,
    /// Interruptions since the stream last stood.
    interruptions: u32,
    offline_since: Option<Instant>,
    /// Given to the library and not known to be written.
    unwritten: VecDeque<StanzaToken>,
    /// Our answers to others' requests.
    replies: VecDeque<Stanza>,
    /// What the program has no room for yet. The stream is not read meanwhile, but what the program sends goes out: it
    /// may be waiting for that before it takes anything.
    untold: VecDeque<Event>,
    requests: HashMap<String, Answer>,
    last_request: u64,
}

/// What the task goes on with.
enum Step {
    Stream(Option<Box<Raw>>),
    Command(Command),
    Written,
    /// The program took an event, or listens no more.
    Told,
    Remind,
    /// `None` when all clients are gone.
    Close(Option<Close>),
}

impl Supervisor {
    pub(super) fn new(settings: Settings, channels: Channels, condition: Condition) -> Self {
        condition.unmet("not logged in to the XMPP server yet");
        let connector = Connector::new(settings, condition, channels.taken.clone());
        let stop_connecting = CancellationToken::new();
        Self {
            stream: begin_stream(&connector, &stop_connecting),
            connector,
            channels,
            stop_connecting,
            interruptions: 0,
            offline_since: Some(Instant::now()),
            unwritten: VecDeque::new(),
            replies: VecDeque::new(),
            untold: VecDeque::new(),
            requests: HashMap::new(),
            last_request: 0,
        }
    }

    pub(super) async fn run(mut self) {
        let mut reminder = tokio::time::interval(REMINDER);
        reminder.reset();
        let close = loop {
            match self.step(&mut reminder).await {
                Step::Stream(Some(event)) => match *event {
                    Raw::Stream(event) => self.turn(event).await,
                    Raw::Stanza(stanza) => self.receive(stanza),
                },
                Step::Stream(None) => self.begin_again("its worker ended"),
                Step::Command(command) => self.carry_out(command).await,
                Step::Close(close) => break close,
                Step::Written => self.forget_written(),
                Step::Told => {}
                Step::Remind => self.remind(),
            }
        };
        self.end(close).await;
    }

    async fn step(&mut self, reminder: &mut tokio::time::Interval) -> Step {
        self.forget_written();
        let online = self.offline_since.is_none();
        let room = online && self.unwritten.len() < QUEUE_DEPTH - 1;
        if room && let Some(reply) = self.replies.pop_front() {
            return Step::Command(Command::Send(Box::new(reply)));
        }
        let written = async {
            match self.unwritten.front_mut() {
                Some(token) => {
                    token.wait_for(StanzaStage::Sent).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            permit = self.channels.events.reserve(), if !self.untold.is_empty() => {
                let event = self.untold.pop_front();
                if let (Ok(permit), Some(event)) = (permit, event) {
                    permit.send(event);
                }
                Step::Told
            }
            event = self.stream.next(), if self.untold.is_empty() => Step::Stream(event.map(Box::new)),
            Some(command) = self.channels.commands.recv(), if room => Step::Command(command),
            () = written, if online && !room => Step::Written,
            _ = reminder.tick(), if !online => Step::Remind,
            close = self.channels.closes.recv() => Step::Close(close),
        }
    }

    /// Forgets the tokens of stanzas that were written or will never be.
    fn forget_written(&mut self) {
        while let Some(token) = self.unwritten.front() {
            if matches!(token.state(), StanzaState::Queued) {
                break;
            }
            self.unwritten.pop_front();
        }
    }

    async fn turn(&mut self, event: StreamEvent) {
        match event {
            StreamEvent::Reset { bound_jid, .. } => {
                tracing::info!(jid = %bound_jid, "online at the XMPP server, with a new session");
                self.interrupt_requests();
                self.came_back();
                self.send(Box::new(Presence::new(Type::None).into())).await;
                self.tell(Event::Online { resumed: false });
            }
            StreamEvent::Resumed => {
                tracing::info!("online at the XMPP server, the session goes on");
                self.came_back();
                self.tell(Event::Online { resumed: true });
            }
            StreamEvent::Suspended => {
                self.went_off(
                    "the XMPP server ended the connection (it stopped, or another client took the same name)",
                );
                self.interruptions += 1;
                if self.interruptions >= MAX_INTERRUPTIONS {
                    self.begin_again("it was interrupted again and again without coming back");
                }
            }
        }
    }

    fn came_back(&mut self) {
        self.interruptions = 0;
        self.offline_since = None;
        self.connector.forget_trouble();
        self.connector.condition.met();
        metrics::counter!("vigiroute_xmpp_online_total").increment(1);
        self.channels.online.send_replace(true);
    }

    fn went_off(&mut self, reason: &str) {
        if self.offline_since.is_some() {
            return;
        }
        tracing::warn!(reason, "offline, coming back");
        self.offline_since = Some(Instant::now());
        self.connector.condition.unmet(reason);
        self.channels.online.send_replace(false);
        self.tell(Event::Offline);
    }

    /// Throws the stream away with its session and begins a new one.
    fn begin_again(&mut self, reason: &str) {
        tracing::warn!(reason, "beginning a new XMPP stream");
        metrics::counter!("vigiroute_xmpp_stream_rebuilds_total").increment(1);
        self.went_off(reason);
        self.stop_connecting.cancel();
        self.stop_connecting = CancellationToken::new();
        self.stream = begin_stream(&self.connector, &self.stop_connecting);
        self.unwritten.clear();
        self.replies.clear();
        self.interruptions = 0;
        self.interrupt_requests();
    }

    fn interrupt_requests(&mut self) {
        for (_, answer) in self.requests.drain() {
            let _ = answer.send(Err(RequestError::Interrupted));
        }
    }

    async fn carry_out(&mut self, command: Command) {
        match command {
            Command::Send(stanza) => self.send(stanza).await,
            Command::Request { to, payload, answer } => self.request(to, payload, answer).await,
        }
    }

    /// Gives a stanza to the library; never waits, because there is room in its queue.
    async fn send(&mut self, stanza: Box<Stanza>) {
        let token = self.stream.send(stanza).await;
        self.unwritten.push_back(token);
    }

    async fn request(&mut self, to: Jid, payload: IqRequestPayloadBox, answer: Answer) {
        // Whoever stopped waiting (a time-out) closed its end.
        self.requests.retain(|_, answer| !answer.is_closed());
        if answer.is_closed() {
            return;
        }
        self.last_request += 1;
        let id = format!("q{}", self.last_request);
        let header = IqHeader { from: None, to: Some(to), id: id.clone() };
        let payload = match *payload.0 {
            IqRequestPayload::Get(element) => IqPayload::Get(element),
            IqRequestPayload::Set(element) => IqPayload::Set(element),
        };
        self.requests.insert(id, answer);
        self.send(Box::new(header.assemble(payload).into())).await;
    }

    fn receive(&mut self, stanza: Stanza) {
        match stanza {
            Stanza::Message(message) => self.tell(Event::Message(Box::new(message))),
            Stanza::Iq(iq) => self.receive_iq(iq),
            Stanza::Presence(_) => {}
        }
    }

    fn receive_iq(&mut self, iq: Iq) {
        let (header, payload) = iq.split();
        let outcome = match payload {
            IqPayload::Result(payload) => Ok(payload),
            IqPayload::Error(error) => Err(RequestError::Refused(Box::new(error))),
            IqPayload::Get(element) | IqPayload::Set(element) => {
                let is_ping = element.is("ping", "urn:xmpp:ping");
                let payload = if is_ping { IqPayload::Result(None) } else { IqPayload::Error(unavailable()) };
                let reply = IqHeader { from: None, to: header.from, id: header.id }.assemble(payload);
                if self.replies.len() < MAX_REPLIES {
                    self.replies.push_back(reply.into());
                }
                return;
            }
        };
        if let Some(answer) = self.requests.remove(&header.id) {
            let _ = answer.send(outcome);
        }
    }

    /// Tells the program, in order, as soon as it has room.
    fn tell(&mut self, event: Event) {
        self.untold.push_back(event);
    }

    fn remind(&self) {
        if let Some(since) = self.offline_since {
            let Settings { host, port, .. } = &*self.connector.settings;
            tracing::warn!(offline_s = since.elapsed().as_secs(), %host, port, "still not online at the XMPP server");
        }
    }

    /// Sends what was handed over before, if the stream stands, and closes it.
    async fn end(mut self, close: Option<Close>) {
        if let Some(Close { done, deadline }) = close {
            let sent = tokio::time::timeout_at(deadline, self.send_the_rest()).await.is_ok();
            self.stop_connecting.cancel();
            if tokio::time::timeout_at(deadline, self.stream.close()).await.is_ok() && sent {
                let _ = done.send(());
            }
        }
        self.stop_connecting.cancel();
        self.channels.online.send_replace(false);
        self.connector.condition.unmet("the connection to the XMPP server is closed");
    }

    async fn send_the_rest(&mut self) {
        while self.offline_since.is_none()
            && let Ok(command) = self.channels.commands.try_recv()
        {
            self.carry_out(command).await;
        }
        for token in &mut self.unwritten {
            token.wait_for(StanzaStage::Sent).await;
        }
    }
}

fn begin_stream(connector: &Connector, stop: &CancellationToken) -> StanzaStream {
    let (connector, stop) = (connector.clone(), stop.clone());
    let connect = move |_: Option<String>, slot: oneshot::Sender<Connection>| {
        tokio::spawn(connector.clone().fill(slot, stop.clone()));
    };
    StanzaStream::new(Box::new(connect), QUEUE_DEPTH)
}

fn unavailable() -> StanzaError {
    StanzaError::new(ErrorType::Cancel, DefinedCondition::ServiceUnavailable, "en", "not offered here")
}
