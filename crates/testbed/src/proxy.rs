//! A TCP proxy that breaks links on purpose.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::{Error, Port};

const BUFFER_BYTES: usize = 64 * 1024;
/// How long a port that could not be opened again is left alone.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_millis(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// Bytes pass after this long.
    Open(Duration),
    /// Connections stand and are taken, but nothing passes.
    Frozen,
    /// Nothing listens, nothing stands.
    Cut,
}

/// A way to a server on 127.0.0.1 that can be cut, frozen, slowed and restored. Gone when dropped.
#[derive(Debug)]
pub struct Proxy {
    // Not one that the kernel hands out: while the link is cut, an outgoing connection could take it.
    port: Port,
    state: watch::Sender<Link>,
}

impl Proxy {
    /// Opens a way to 127.0.0.1:`server_port` on a port of its own. To be called on a Tokio runtime.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn to(server_port: u16) -> Result<Self, Error> {
        let port = Port::free()?;
        let number = port.number();
        let listener = listen(number).map_err(|_| Error::NoFreePort { tried: 1 })?;
        let (state, changes) = watch::channel(Link::Open(Duration::ZERO));
        tokio::spawn(run(listener, number, server_port, changes));
        Ok(Self { port, state })
    }

    /// The port on 127.0.0.1 to give to whoever should go this way.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// Ends all connections at once and refuses new ones.
    pub fn cut(&self) {
        self.state.send_replace(Link::Cut);
    }

    /// Leaves all connections standing, but nothing passes any more, in either direction: a machine that hangs, a
    /// network that swallows.
    pub fn freeze(&self) {
        self.state.send_replace(Link::Frozen);
    }

    /// Every piece of data takes this much longer, in each direction.
    pub fn delay(&self, by: Duration) {
        self.state.send_replace(Link::Open(by));
    }

    /// All is well again: what was frozen flows on, what was cut may be opened anew.
    pub fn restore(&self) {
        self.state.send_replace(Link::Open(Duration::ZERO));
    }
}

/// Lives until the `Proxy` is dropped: then `changes` says so.
async fn run(first: TcpListener, port: u16, server_port: u16, mut changes: watch::Receiver<Link>) {
    let mut listener = Some(first);
    let mut ways = JoinSet::new();
    loop {
        let is_due = listener.is_none() && *changes.borrow() != Link::Cut;
        let accept = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accept => {
                if let Ok((client, _)) = accepted {
                    ways.spawn(forward(client, server_port, changes.clone()));
                }
            }
            Some(_) = ways.join_next() => {}
            () = tokio::time::sleep(LISTEN_AGAIN_AFTER), if is_due => listener = listen(port).ok(),
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
                let state = *changes.borrow_and_update();
                if state == Link::Cut {
                    listener = None;
                    ways.shutdown().await;
                } else if listener.is_none() {
                    listener = listen(port).ok();
                }
            }
        }
    }
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    socket.listen(1024)
}

async fn forward(client: TcpStream, server_port: u16, state: watch::Receiver<Link>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port)).await else { return };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    tokio::join!(pass(client_reads, server_writes, state.clone()), pass(server_reads, client_writes, state),);
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<Link>) {
    let mut buffer = vec![0; BUFFER_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let Ok(now) = state.wait_for(|link| *link != Link::Frozen).await.map(|link| *link) else { break };
        if let Link::Open(delay) = now
            && !delay.is_zero()
        {
            tokio::time::sleep(delay).await;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::time::timeout;

    use super::*;

    const SHORT: Duration = Duration::from_millis(200);

    /// A server that says back what it hears; its port.
    fn echo_server() -> u16 {
        let server = listen(0).unwrap();
        let port = server.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = server.accept().await {
                tokio::spawn(async move {
                    let (mut reads, mut writes) = stream.into_split();
                    let _ = tokio::io::copy(&mut reads, &mut writes).await;
                });
            }
        });
        port
    }

    async fn way() -> (Proxy, TcpStream) {
        let proxy = Proxy::to(echo_server()).unwrap();
        let client = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        (proxy, client)
    }

    async fn echo(client: &mut TcpStream) -> std::io::Result<[u8; 4]> {
        client.write_all(b"ping").await?;
        let mut heard = [0; 4];
        client.read_exact(&mut heard).await?;
        Ok(heard)
    }

    #[tokio::test]
    async fn a_cut_link_is_closed_and_refused_until_it_is_restored() {
        let (proxy, mut client) = way().await;
        assert_eq!(&echo(&mut client).await.unwrap(), b"ping");
        proxy.cut();
        let mut byte = [0];
        let ended = timeout(SHORT, client.read(&mut byte)).await.unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)));
        assert!(TcpStream::connect(("127.0.0.1", proxy.port())).await.is_err());

        proxy.restore();
        tokio::time::sleep(SHORT).await;
        let mut client = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        assert_eq!(&echo(&mut client).await.unwrap(), b"ping");
    }

    #[tokio::test]
    async fn a_frozen_link_stands_but_passes_nothing_until_it_is_restored() {
        let (proxy, mut client) = way().await;
        proxy.freeze();
        assert!(timeout(SHORT, echo(&mut client)).await.is_err());
        proxy.restore();
        let mut heard = [0; 4];
        timeout(SHORT, client.read_exact(&mut heard)).await.unwrap().unwrap();
        assert_eq!(&heard, b"ping");
    }

    #[tokio::test]
    async fn a_slow_link_delays_each_direction() {
        let (proxy, mut client) = way().await;
        proxy.delay(Duration::from_millis(60));
        let started = Instant::now();
        assert_eq!(&echo(&mut client).await.unwrap(), b"ping");
        assert!(started.elapsed() >= Duration::from_millis(120));
    }

    #[tokio::test]
    async fn a_dropped_proxy_closes_its_connections() {
        let (proxy, mut client) = way().await;
        echo(&mut client).await.unwrap();
        drop(proxy);
        let mut byte = [0];
        let ended = timeout(SHORT, client.read(&mut byte)).await.unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)));
    }
}
