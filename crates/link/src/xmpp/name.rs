//! Whether another program goes by our name at the server.
//!
//! A server gives a name to whoever asks last, so two programs started by mistake with one name would throw each other
//! out for ever. So whoever comes asks first, under a name of its own: a program that lives answers a ping at once; a
//! session whose owner was killed, or is cut off, does not answer, and its name may be taken.

use futures::{SinkExt, StreamExt};
use std::io;
use std::time::Duration;
use tokio_xmpp::Stanza;
use tokio_xmpp::stanzastream::Connection;
use tokio_xmpp::xmlstream::{FallibleStreamElement, ReadError, XmppStreamElement};
use xmpp_parsers::bind::BindQuery;
use xmpp_parsers::iq::{Iq, IqHeader, IqPayload};
use xmpp_parsers::jid::FullJid;
use xmpp_parsers::ping::Ping;

/// Longest wait for the other's answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Longest wait for a server to give a name and to say goodbye.
const SERVER_WITHIN: Duration = Duration::from_secs(5);

/// Whether somebody answers as `name`; uses the connection up.
pub(super) async fn is_taken(connection: Connection, name: &FullJid) -> io::Result<bool> {
    let Connection { mut stream, .. } = connection;
    let silent = || io::Error::from(io::ErrorKind::TimedOut);
    // Any name will do, and no presence is sent: nobody sends us anything but the answer.
    let bound = async {
        ask(&mut stream, Iq::from_set("bind", BindQuery::new(None))).await?;
        answer(&mut stream, "bind").await
    };
    if !tokio::time::timeout(SERVER_WITHIN, bound).await.map_err(|_| silent())?? {
        return Err(io::Error::other("the server gives no name to ask under"));
    }
    let asked = async {
        let ping = IqHeader { from: None, to: Some(name.clone().into()), id: "ping".to_owned() };
        ask(&mut stream, ping.assemble(IqPayload::Get(Ping.into()))).await?;
        answer(&mut stream, "ping").await
    };
    let taken = tokio::time::timeout(ANSWER_WITHIN, asked).await.unwrap_or(Ok(false))?;
    let _ = tokio::time::timeout(SERVER_WITHIN, SinkExt::<&XmppStreamElement>::close(&mut stream)).await;
    Ok(taken)
}

type Stream = tokio_xmpp::xmlstream::XmlStream<
    Box<dyn tokio_xmpp::connect::AsyncReadAndWrite + Send + 'static>,
    FallibleStreamElement,
>;

async fn ask(stream: &mut Stream, request: Iq) -> io::Result<()> {
    stream.send(&XmppStreamElement::Stanza(Stanza::Iq(request))).await
}

/// Waits for the answer to the request of this id: whether it is a result.
async fn answer(stream: &mut Stream, id: &str) -> io::Result<bool> {
    loop {
        let element = stream.next().await.ok_or(io::ErrorKind::UnexpectedEof)?;
        match element.and_then(FallibleStreamElement::into_read_error) {
            Ok(XmppStreamElement::Stanza(Stanza::Iq(iq))) if iq.id() == id => {
                return Ok(matches!(iq.split().1, IqPayload::Result(_)));
            }
            Ok(XmppStreamElement::StreamError(error)) => return Err(io::Error::other(error)),
            Ok(_) | Err(ReadError::SoftTimeout) => {}
            Err(ReadError::HardError(error)) => return Err(error),
            Err(ReadError::ParseError(error)) => return Err(io::Error::other(error)),
            Err(ReadError::StreamFooterReceived) => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}
