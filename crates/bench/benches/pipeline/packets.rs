//! MQTT 3.1.1 messages made beforehand, so that sending them costs next to nothing.

use bench::{City, Fleet, payload, topic};
use model::{PositionReport, Timestamp};

/// How surely a message is to be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qos {
    /// Once or never.
    AtMostOnce,
    /// Once or more often.
    AtLeastOnce,
}

/// Publish packets, one behind the other.
#[derive(Debug, Default)]
pub struct Packets {
    /// All bytes.
    pub bytes: Vec<u8>,
    /// Where each ends.
    pub ends: Vec<usize>,
    last_id: u16,
}

impl Packets {
    /// Adds a message.
    pub fn add(&mut self, topic: &str, payload: &[u8], qos: Qos, retain: bool) {
        let at_least_once = qos == Qos::AtLeastOnce;
        self.bytes.push(0x30 | u8::from(at_least_once) << 1 | u8::from(retain));
        let mut rest = 2 + topic.len() + payload.len() + if at_least_once { 2 } else { 0 };
        loop {
            let low = (rest % 128) as u8;
            rest /= 128;
            self.bytes.push(if rest > 0 { low | 0x80 } else { low });
            if rest == 0 {
                break;
            }
        }
        self.bytes.extend((topic.len() as u16).to_be_bytes());
        self.bytes.extend(topic.as_bytes());
        if at_least_once {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            self.bytes.extend(self.last_id.to_be_bytes());
        }
        self.bytes.extend(payload);
        self.ends.push(self.bytes.len());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

/// A fleet whose reports are of this very time.
#[derive(Debug)]
pub struct Reports {
    fleet: Fleet,
    shift_ms: i64,
}

impl Reports {
    /// So many vehicles; the first report is as old as all that will be asked for, `seconds` of driving, is long.
    pub fn new(city: &City, vehicles: usize, seconds: i64) -> Self {
        let first = Fleet::new(city, vehicles).report().ts.as_ms();
        Self { fleet: Fleet::new(city, vehicles), shift_ms: now_ms() - first - seconds * 1_000 }
    }

    /// The next report.
    pub fn next(&mut self) -> PositionReport {
        let mut report = self.fleet.report();
        report.ts = Timestamp::from_ms_clamped(report.ts.as_ms() + self.shift_ms);
        report
    }

    /// The next report, as if it were measured now.
    pub fn next_now(&mut self) -> PositionReport {
        let mut report = self.fleet.report();
        report.ts = Timestamp::from_ms_clamped(now_ms());
        report
    }

    /// So many reports, each a message of its own.
    pub fn messages(&mut self, count: usize, qos: Qos) -> Packets {
        let (mut packets, mut json) = (Packets::default(), String::new());
        for _ in 0..count {
            let report = self.next();
            payload(&report, &mut json);
            packets.add(&topic(&report), json.as_bytes(), qos, false);
        }
        packets
    }

    /// So many messages of a fleet, each with `share` reports.
    pub fn batches(&mut self, count: usize, share: usize) -> Packets {
        let (mut packets, mut json, mut batch) = (Packets::default(), String::new(), String::new());
        for _ in 0..count {
            batch.clear();
            for n in 0..share {
                let report = self.next();
                payload(&report, &mut json);
                let name = report.vehicle.as_str().rsplit(':').next().unwrap_or_default();
                batch.push_str(if n == 0 { "[{\"vehicle\":\"" } else { ",{\"vehicle\":\"" });
                batch.push_str(name);
                batch.push_str("\",");
                batch.push_str(json.get(1..).unwrap_or_default());
            }
            batch.push(']');
            packets.add("vigiroute/v1/fleets/fleet-7/positions", batch.as_bytes(), Qos::AtLeastOnce, false);
        }
        packets
    }
}

/// Epoch ms.
pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
