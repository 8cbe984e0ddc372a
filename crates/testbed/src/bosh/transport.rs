//! The BOSH exchange itself: numbered requests, at most two at a time, answers in order.

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesOrdered;
use hyper::Method;
use tokio::sync::mpsc;
use xmpp_parsers::minidom::Element;

use crate::Error;
use crate::http::{HttpClient, client, send};

const XMLNS: &str = "http://jabber.org/protocol/httpbind";
/// What a session's server agrees to: one request held, one for sending.
const MAX_REQUESTS: usize = 2;

/// Where a session is and how far.
pub(super) struct Transport {
    http: HttpClient,
    url: String,
    domain: String,
    sid: String,
    rid: u64,
}

impl Transport {
    /// Opens a session; gives the elements of the first answer too.
    pub async fn open(url: &str, domain: &str, wait_s: u32) -> Result<(Self, Vec<Element>), Error> {
        let mut transport = Self {
            http: client(),
            url: url.to_owned(),
            domain: domain.to_owned(),
            sid: String::new(),
            rid: rand::random_range(1..1 << 32),
        };
        let text = format!(
            "<body xmlns='{XMLNS}' rid='{}' to='{domain}' xml:lang='en' wait='{wait_s}' hold='1' ver='1.6' \
             content='text/xml; charset=utf-8' xmpp:version='1.0' xmlns:xmpp='urn:xmpp:xbosh'/>",
            transport.rid
        );
        let body = post(transport.http.clone(), transport.url.clone(), text).await?;
        transport.sid =
            body.attr("sid").ok_or_else(|| Error::Bosh("the server gave no session".into()))?.to_owned();
        Ok((transport, body.children().cloned().collect()))
    }

    /// One exchange while nothing else is under way: used before the session is bound.
    pub async fn exchange(&mut self, stanza: &Element) -> Result<Vec<Element>, Error> {
        let body = self.request(Some(stanza)).await?;
        Ok(body.children().cloned().collect())
    }

    /// Starts the stream anew after authentication.
    pub async fn restart(&mut self) -> Result<Vec<Element>, Error> {
        self.rid += 1;
        let text = format!(
            "<body xmlns='{XMLNS}' rid='{}' sid='{}' to='{}' xmpp:restart='true' xmlns:xmpp='urn:xmpp:xbosh'/>",
            self.rid, self.sid, self.domain
        );
        let body = post(self.http.clone(), self.url.clone(), text).await?;
        Ok(body.children().cloned().collect())
    }

    fn request(&mut self, stanza: Option<&Element>) -> BoxFuture<'static, Result<Element, Error>> {
        self.rid += 1;
        let leaving = stanza.is_some_and(|stanza| stanza.is("body", XMLNS));
        let kind = if leaving { " type='terminate'" } else { "" };
        let content = stanza.filter(|_| !leaving).map(String::from).unwrap_or_default();
        let text =
            format!("<body xmlns='{XMLNS}' rid='{}' sid='{}'{kind}>{content}</body>", self.rid, self.sid);
        Box::pin(post(self.http.clone(), self.url.clone(), text))
    }

    /// Keeps a request with the server at all times, sends what comes by `outbox`, gives what is heard to `inbox`. Ends
    /// when the other ends are dropped or the server ends the session; then `inbox` hears why.
    pub async fn run(
        mut self,
        mut outbox: mpsc::Receiver<Element>,
        inbox: mpsc::Sender<Result<Element, Error>>,
    ) {
        let mut under_way = FuturesOrdered::new();
        loop {
            if under_way.is_empty() {
                under_way.push_back(self.request(None));
            }
            let answer = tokio::select! {
                answer = under_way.next() => answer,
                stanza = outbox.recv(), if under_way.len() < MAX_REQUESTS => {
                    let Some(stanza) = stanza else { return };
                    under_way.push_back(self.request(Some(&stanza)));
                    continue;
                }
            };
            match answer {
                Some(Ok(body)) => {
                    for stanza in body.children() {
                        if inbox.send(Ok(stanza.clone())).await.is_err() {
                            return;
                        }
                    }
                }
                Some(Err(error)) => {
                    let _ = inbox.send(Err(error)).await;
                    return;
                }
                None => {}
            }
        }
    }
}

/// What is put in the outbox to end the session.
pub(super) fn goodbye() -> Element {
    Element::bare("body", XMLNS)
}

async fn post(http: HttpClient, url: String, text: String) -> Result<Element, Error> {
    let (status, answer) = send(&http, Method::POST, &url, Some(("text/xml; charset=utf-8", &text))).await?;
    if status != 200 {
        return Err(Error::Bosh(format!("{url} answered {status}: {answer}")));
    }
    let body: Element =
        answer.parse().map_err(|error| Error::Bosh(format!("{url} answered no XML ({error}): {answer}")))?;
    if body.attr("type") == Some("terminate") {
        let condition = body.attr("condition").unwrap_or("no reason given");
        return Err(Error::Bosh(format!("the server ended the session: {condition}")));
    }
    Ok(body)
}
