//! An anonymous session: what it can ask and hear.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::minidom::rxml::xml_ncname;

use super::transport::Transport;
use crate::Error;

const CLIENT: &str = "jabber:client";
const SASL: &str = "urn:ietf:params:xml:ns:xmpp-sasl";
const BIND: &str = "urn:ietf:params:xml:ns:xmpp-bind";
const PUBSUB: &str = "http://jabber.org/protocol/pubsub";
const PUBSUB_EVENT: &str = "http://jabber.org/protocol/pubsub#event";
/// How long the server may hold a request, seconds.
const WAIT_S: u32 = 30;
const PATIENCE: Duration = Duration::from_secs(10);

/// One thing heard from a node.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// An item was published.
    Published {
        /// The node.
        node: String,
        /// The item's id.
        id: String,
        /// The element inside.
        payload: Element,
    },
    /// An item was taken back.
    Retracted {
        /// The node.
        node: String,
        /// The item's id.
        id: String,
    },
}

/// An anonymous XMPP session over BOSH.
pub struct Guest {
    jid: String,
    outbox: mpsc::Sender<Element>,
    inbox: mpsc::Receiver<Result<Element, Error>>,
    /// Heard while waiting for an answer.
    kept: VecDeque<Element>,
    last_id: u32,
}

impl Guest {
    /// Logs in at `url` (`http://…/http-bind`) on the anonymous host `domain` (`live.…`).
    ///
    /// # Errors
    /// When the service does not answer, or does not take guests.
    pub async fn connect(url: &str, domain: &str) -> Result<Self, Error> {
        let (mut transport, first) = Transport::open(url, domain, WAIT_S).await?;
        let anonymous = first.iter().flat_map(Element::children).flat_map(Element::children);
        if !anonymous.into_iter().any(|mechanism| mechanism.text() == "ANONYMOUS") {
            return Err(Error::Bosh(format!("{domain} takes no guests")));
        }
        let auth = Element::builder("auth", SASL).attr(xml_ncname!("mechanism").into(), "ANONYMOUS").build();
        expect("success", &transport.exchange(&auth).await?)?;
        transport.restart().await?;
        let bind = Element::builder("bind", BIND).build();
        let answers = transport.exchange(&request("set", "bind", None, bind)).await?;
        let bound = answers.iter().find_map(|iq| iq.get_child("bind", BIND)?.get_child("jid", BIND));
        let jid = bound.map(Element::text).ok_or_else(|| Error::Bosh("the server gave no address".into()))?;

        let (outbox, orders) = mpsc::channel(64);
        let (heard, inbox) = mpsc::channel(1024);
        tokio::spawn(transport.run(orders, heard));
        Ok(Self { jid, outbox, inbox, kept: VecDeque::new(), last_id: 0 })
    }

    /// The address that the server gave.
    #[must_use]
    pub fn jid(&self) -> &str {
        &self.jid
    }

    /// Sends any stanza.
    ///
    /// # Errors
    /// When the session has ended.
    pub async fn send(&mut self, stanza: Element) -> Result<(), Error> {
        self.outbox.send(stanza).await.map_err(|_| Error::Bosh("the session has ended".into()))
    }

    /// Sends a request of `kind` (`get` or `set`) to `to` and gives the whole answer, be it a result or an error.
    ///
    /// # Errors
    /// When there is no answer within 10 s.
    pub async fn ask(&mut self, kind: &str, to: &str, payload: Element) -> Result<Element, Error> {
        self.last_id += 1;
        let id = format!("guest-{}", self.last_id);
        self.send(request(kind, &id, Some(to), payload)).await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let stanza = self.hear(deadline).await?;
            if stanza.name() == "iq" && stanza.attr("id") == Some(&id) {
                return Ok(stanza);
            }
            self.kept.push_back(stanza);
        }
    }

    /// Subscribes to a node of the service `pubsub`.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn subscribe(&mut self, pubsub: &str, node: &str) -> Result<(), Error> {
        let subscribe = Element::builder("subscribe", PUBSUB)
            .attr(xml_ncname!("node").into(), node)
            .attr(xml_ncname!("jid").into(), self.jid.as_str())
            .build();
        let payload = Element::builder("pubsub", PUBSUB).append(subscribe).build();
        result(self.ask("set", pubsub, payload).await?).map(|_| ())
    }

    /// The items that a node holds: id and payload of each.
    ///
    /// # Errors
    /// When the service refuses.
    pub async fn items(&mut self, pubsub: &str, node: &str) -> Result<Vec<(String, Element)>, Error> {
        let items = Element::builder("items", PUBSUB).attr(xml_ncname!("node").into(), node).build();
        let payload = Element::builder("pubsub", PUBSUB).append(items).build();
        let answer = result(self.ask("get", pubsub, payload).await?)?;
        let items = answer.get_child("pubsub", PUBSUB).and_then(|pubsub| pubsub.get_child("items", PUBSUB));
        Ok(items.into_iter().flat_map(Element::children).filter_map(item).collect())
    }

    /// The next message, whatever it holds; nothing if none comes within `limit`.
    ///
    /// # Errors
    /// When the session ends.
    pub async fn next_message(&mut self, limit: Duration) -> Result<Option<Element>, Error> {
        let deadline = Instant::now() + limit;
        loop {
            let stanza = match self.kept.pop_front() {
                Some(stanza) => stanza,
                None if Instant::now() >= deadline => return Ok(None),
                None => match timeout_at(deadline, self.inbox.recv()).await {
                    Ok(Some(heard)) => heard?,
                    Ok(None) => return Err(Error::Bosh("the session has ended".into())),
                    Err(_) => return Ok(None),
                },
            };
            if stanza.name() == "message" {
                return Ok(Some(stanza));
            }
        }
    }

    /// What the next message from a node tells, in order; empty if none comes within `limit`.
    ///
    /// # Errors
    /// When the session ends.
    pub async fn next_notices(&mut self, limit: Duration) -> Result<Vec<Notice>, Error> {
        let deadline = Instant::now() + limit;
        while let Some(message) =
            self.next_message(deadline.saturating_duration_since(Instant::now())).await?
        {
            let notices = notices(&message);
            if !notices.is_empty() {
                return Ok(notices);
            }
        }
        Ok(Vec::new())
    }

    /// Ends the session properly, as a page that is closed does, and waits until the server has said goodbye.
    ///
    /// # Errors
    /// When the server does not within 10 s.
    pub async fn close(mut self) -> Result<(), Error> {
        self.send(super::transport::goodbye()).await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match timeout_at(deadline, self.inbox.recv()).await {
                Ok(Some(Ok(_))) => {}
                Ok(Some(Err(_)) | None) => return Ok(()),
                Err(_) => return Err(Error::Bosh(format!("no goodbye within {PATIENCE:?}"))),
            }
        }
    }

    async fn hear(&mut self, deadline: Instant) -> Result<Element, Error> {
        match timeout_at(deadline, self.inbox.recv()).await {
            Ok(Some(heard)) => heard,
            Ok(None) => Err(Error::Bosh("the session has ended".into())),
            Err(_) => Err(Error::Bosh(format!("no answer within {PATIENCE:?}"))),
        }
    }
}

fn notices(message: &Element) -> Vec<Notice> {
    let Some(items) =
        message.get_child("event", PUBSUB_EVENT).and_then(|event| event.get_child("items", PUBSUB_EVENT))
    else {
        return Vec::new();
    };
    let node = items.attr("node").unwrap_or_default().to_owned();
    items
        .children()
        .filter_map(|child| {
            if child.name() == "retract" {
                return Some(Notice::Retracted { node: node.clone(), id: child.attr("id")?.to_owned() });
            }
            let (id, payload) = item(child)?;
            Some(Notice::Published { node: node.clone(), id, payload })
        })
        .collect()
}

fn item(element: &Element) -> Option<(String, Element)> {
    Some((element.attr("id")?.to_owned(), element.children().next()?.clone()))
}

fn request(kind: &str, id: &str, to: Option<&str>, payload: Element) -> Element {
    let mut iq = Element::builder("iq", CLIENT)
        .attr(xml_ncname!("type").into(), kind)
        .attr(xml_ncname!("id").into(), id);
    if let Some(to) = to {
        iq = iq.attr(xml_ncname!("to").into(), to);
    }
    iq.append(payload).build()
}

fn expect(wanted: &str, elements: &[Element]) -> Result<(), Error> {
    if elements.iter().any(|element| element.name() == wanted) {
        return Ok(());
    }
    let heard: String = elements.iter().map(String::from).collect();
    Err(Error::Bosh(format!("expected {wanted}, heard {heard}")))
}

fn result(answer: Element) -> Result<Element, Error> {
    if answer.attr("type") == Some("result") { Ok(answer) } else { Err(Error::Bosh(String::from(&answer))) }
}
