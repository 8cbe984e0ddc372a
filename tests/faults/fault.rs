//! What can be struck, and how.

use std::fmt;
use testbed::Program;

/// A program or a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Victim {
    /// The one that reports; here it plays the recording.
    Simulator,
    /// See [`Program`].
    Gateway,
    /// See [`Program`].
    Collector,
    /// See [`Program`].
    Web,
    /// The MQTT broker.
    Mosquitto,
    /// The XMPP server.
    Prosody,
    /// MariaDB or MySQL.
    Database,
}

impl Victim {
    /// The four programs.
    pub const PROGRAMS: [Self; 4] = [Self::Simulator, Self::Gateway, Self::Collector, Self::Web];
    /// The three servers.
    pub const SERVERS: [Self; 3] = [Self::Mosquitto, Self::Prosody, Self::Database];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::PROGRAMS.into_iter().chain(Self::SERVERS)
    }

    /// Any two.
    pub fn pairs() -> Vec<[Self; 2]> {
        let all: Vec<Self> = Self::all().collect();
        let pair = |(index, one): (usize, &Self)| {
            let (one, others) = (*one, all[index + 1..].to_vec());
            others.into_iter().map(move |other| [one, other])
        };
        all.iter().enumerate().flat_map(pair).collect()
    }

    /// The program it is, besides the simulator.
    pub fn program(self) -> Option<Program> {
        match self {
            Self::Gateway => Some(Program::Gateway),
            Self::Collector => Some(Program::Collector),
            Self::Web => Some(Program::Web),
            _ => None,
        }
    }
}

/// How something is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// SIGKILL, as a crash.
    Kill,
    /// SIGTERM, as a restart in good order.
    Terminate,
}

/// Something ended in some way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strike(pub Victim, pub Blow);

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.1, self.0)
    }
}
