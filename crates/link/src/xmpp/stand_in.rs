//! A connection that is dead on arrival. A dropped stream's worker that still waits for a connection ends only when it
//! gets one; given none it would panic, given a real one it might throw the new stream out.

use tokio::io::{AsyncWriteExt, BufStream, duplex};
use tokio_xmpp::stanzastream::Connection;
use tokio_xmpp::xmlstream::{StreamHeader, Timeouts, initiate_stream};
use xmpp_parsers::jid::FullJid;
use xmpp_parsers::ns;

/// What a server says before the other end of the line falls silent.
const LAST_WORDS: &[u8] = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' version='1.0' id='over'>\
    <stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";

/// A connection whose other end is closed.
pub(super) async fn dead_connection(jid: &FullJid) -> Option<Connection> {
    let (ours, mut theirs) = duplex(4096);
    theirs.write_all(LAST_WORDS).await.ok()?;
    let header = StreamHeader { to: None, from: None, id: None };
    let stream =
        initiate_stream(BufStream::new(ours), ns::JABBER_CLIENT, header, Timeouts::default()).await.ok()?;
    let (features, stream) = stream.recv_features().await.ok()?;
    Some(Connection { stream: stream.box_stream(), features, identity: jid.clone().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_offers_what_a_worker_asks_for_before_it_is_dead() {
        let jid = "gateway@vigiroute.local/gateway".parse().unwrap();
        let connection = dead_connection(&jid).await.unwrap();
        assert!(connection.features.can_bind());
    }
}
