//! A TCP proxy that breaks links on purpose.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::{Error, Port};

const BUFFER_BYTES: usize = 64 * 1024;
/// How long a port that could not be opened again is left alone.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// Pieces of data that may be on a slow way at once, in each direction; then whoever sends has to wait.
const PIECES: usize = 256;
/// How much passes at once where a rate is kept.
const SMALL_PIECE_BYTES: usize = 1024;

/// How the ways are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    link: Link,
    /// Connections taken before so many strandings never pass anything again.
    strandings: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Open {
        /// Bytes arrive this much later.
        delay: Duration,
        /// So many pass in a second; `None` = as many as come.
        bytes_per_s: Option<u32>,
    },
    /// Connections stand and are taken, but nothing passes.
    Frozen,
    /// Nothing listens, nothing stands.
    Cut,
}

const WELL: Link = Link::Open { delay: Duration::ZERO, bytes_per_s: None };

/// A way to a server on 127.0.0.1 that can be cut, frozen, slowed and restored. Gone when dropped.
#[derive(Debug)]
pub struct Proxy {
    // Not one that the kernel hands out: while the link is cut, an outgoing connection could take it.
    port: Port,
    state: watch::Sender<Way>,
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
        let (state, changes) = watch::channel(Way { link: WELL, strandings: 0 });
        tokio::spawn(run(listener, number, server_port, changes));
        Ok(Self { port, state })
    }

    /// The port on 127.0.0.1 to give to whoever should go this way.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    fn set(&self, link: Link) {
        self.state.send_modify(|way| way.link = link);
    }

    /// Ends all connections at once and refuses new ones.
    pub fn cut(&self) {
        self.set(Link::Cut);
    }

    /// Leaves all connections standing, but nothing passes any more, in either direction: a machine that hangs, a
    /// network that swallows.
    pub fn freeze(&self) {
        self.set(Link::Frozen);
    }

    /// Leaves the connections that stand half open: nothing passes on them ever again and nobody is told, as when the
    /// machine between has forgotten them. New ones are well.
    pub fn strand(&self) {
        self.state.send_modify(|way| way.strandings += 1);
    }

    /// All that is sent arrives this much later, in each direction.
    pub fn delay(&self, by: Duration) {
        self.set(Link::Open { delay: by, bytes_per_s: None });
    }

    /// So many bytes pass in a second, in each direction of each connection.
    pub fn slow(&self, bytes_per_s: u32) {
        self.set(Link::Open { delay: Duration::ZERO, bytes_per_s: Some(bytes_per_s.max(1)) });
    }

    /// All is well again: what was frozen flows on, what was cut may be opened anew. What is stranded stays so.
    pub fn restore(&self) {
        self.set(WELL);
    }
}

/// Lives until the `Proxy` is dropped: then `changes` says so.
async fn run(first: TcpListener, port: u16, server_port: u16, mut changes: watch::Receiver<Way>) {
    let mut listener = Some(first);
    let mut ways = JoinSet::new();
    loop {
        let is_due = listener.is_none() && changes.borrow().link != Link::Cut;
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
                let state = changes.borrow_and_update().link;
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

async fn forward(client: TcpStream, server_port: u16, state: watch::Receiver<Way>) {
    let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server_port)).await else { return };
    let _ = client.set_nodelay(true);
    let _ = server.set_nodelay(true);
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    let born = state.borrow().strandings;
    tokio::join!(
        pass(client_reads, server_writes, state.clone(), born),
        pass(server_reads, client_writes, state, born),
    );
}

/// Passes one direction: one half takes pieces and notes when they are to arrive, the other delivers them then.
async fn pass(from: OwnedReadHalf, to: OwnedWriteHalf, state: watch::Receiver<Way>, born: u64) {
    let (pieces_tx, pieces) = mpsc::channel(PIECES);
    tokio::join!(take(from, pieces_tx, state.clone()), deliver(pieces, to, state, born));
}

async fn take(
    mut from: OwnedReadHalf,
    pieces: mpsc::Sender<(Instant, Vec<u8>)>,
    state: watch::Receiver<Way>,
) {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let most = match state.borrow().link {
            Link::Open { bytes_per_s: Some(_), .. } => SMALL_PIECE_BYTES,
            _ => BUFFER_BYTES,
        };
        let Ok(length @ 1..) = from.read(&mut buffer[..most]).await else { return };
        let delay = match state.borrow().link {
            Link::Open { delay, .. } => delay,
            Link::Frozen | Link::Cut => Duration::ZERO,
        };
        if pieces.send((Instant::now() + delay, buffer[..length].to_vec())).await.is_err() {
            return;
        }
    }
}

async fn deliver(
    mut pieces: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<Way>,
    born: u64,
) {
    while let Some((due, piece)) = pieces.recv().await {
        tokio::time::sleep_until(due).await;
        // A stranded connection waits here until the proxy is cut or dropped.
        let passes = |way: &Way| way.link != Link::Frozen && way.strandings == born;
        let Ok(now) = state.wait_for(passes).await.map(|way| way.link) else { break };
        if let Link::Open { bytes_per_s: Some(rate), .. } = now {
            tokio::time::sleep(Duration::from_secs_f64(piece.len() as f64 / f64::from(rate))).await;
        }
        if to.write_all(&piece).await.is_err() {
            break;
        }
    }
    // Its end, too, is not told through a connection on which nothing passes.
    if state.wait_for(|way| way.link != Link::Frozen && way.strandings == born).await.is_ok() {
        let _ = to.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
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
    async fn a_delayed_link_delays_each_direction() {
        let (proxy, mut client) = way().await;
        proxy.delay(Duration::from_millis(60));
        let started = Instant::now();
        assert_eq!(&echo(&mut client).await.unwrap(), b"ping");
        assert!(started.elapsed() >= Duration::from_millis(120));
    }

    #[tokio::test]
    async fn a_delayed_link_lets_much_be_on_its_way_at_once() {
        let (proxy, mut client) = way().await;
        proxy.delay(Duration::from_millis(100));
        let started = Instant::now();
        for _ in 0..20 {
            client.write_all(b"ping").await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut heard = [0; 80];
        client.read_exact(&mut heard).await.unwrap();
        assert!(started.elapsed() < Duration::from_millis(20 * 2 * 100), "one after the other");
    }

    #[tokio::test]
    async fn a_slow_link_keeps_its_rate() {
        let (proxy, mut client) = way().await;
        proxy.slow(10_000);
        let started = Instant::now();
        client.write_all(&[7; 3_000]).await.unwrap();
        client.read_exact(&mut [0; 3_000]).await.unwrap();
        assert!(started.elapsed() >= Duration::from_millis(300), "{:?}", started.elapsed());
    }

    #[tokio::test]
    async fn a_stranded_connection_stays_so_and_a_new_one_is_well() {
        let (proxy, mut client) = way().await;
        // Until something has come through, the proxy need not have taken the connection.
        assert_eq!(&echo(&mut client).await.unwrap(), b"ping");
        proxy.strand();
        assert!(timeout(SHORT, echo(&mut client)).await.is_err());
        let mut next = TcpStream::connect(("127.0.0.1", proxy.port())).await.unwrap();
        assert_eq!(&echo(&mut next).await.unwrap(), b"ping");
        proxy.restore();
        assert!(timeout(SHORT, client.read(&mut [0])).await.is_err());
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
