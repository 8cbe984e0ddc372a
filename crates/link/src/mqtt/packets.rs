//! Packets out of the bytes that come from the broker.

use bytes::{Buf, Bytes, BytesMut};
use rumqttc::mqttbytes::Error as PacketError;
use rumqttc::{Packet, Publish, QoS};

/// Bytes taken from the memory at once: payloads that wait to be looked at share them.
const PIECE: usize = 128 * 1024;
/// With less room than this, more is taken.
const LEAST_ROOM: usize = 16 * 1024;
/// Longest topic, its length and a packet number.
const MOST_BEFORE_PAYLOAD: usize = 2 + 65_535 + 2;

/// Takes packets from the bytes that came. A message far longer than may be is cut: its rest is passed over, so that it
/// never fills the memory.
#[derive(Debug)]
pub(super) struct Packets {
    bytes: BytesMut,
    /// Longer payloads are cut to one byte more.
    max_payload: usize,
    /// Bytes still to come of a message that was cut.
    passing_over: usize,
}

impl Packets {
    /// Nothing came yet; payloads longer than `max_payload` bytes are cut to one byte more.
    pub(super) fn new(max_payload: usize) -> Self {
        Self { bytes: BytesMut::new(), max_payload, passing_over: 0 }
    }

    /// Where to put what comes, and for how many bytes there is room.
    pub(super) fn room(&mut self) -> (&mut BytesMut, usize) {
        if self.bytes.capacity() - self.bytes.len() < LEAST_ROOM {
            self.bytes.reserve(PIECE);
        }
        let room = self.bytes.capacity() - self.bytes.len();
        (&mut self.bytes, room)
    }

    /// The next packet, if all of it is there.
    ///
    /// # Errors
    /// When what came is no MQTT.
    pub(super) fn next(&mut self) -> Result<Option<Packet>, PacketError> {
        let over = self.passing_over.min(self.bytes.len());
        self.bytes.advance(over);
        self.passing_over -= over;
        match Packet::read(&mut self.bytes, MOST_BEFORE_PAYLOAD + self.max_payload) {
            Ok(Packet::Publish(mut publish)) => {
                if let Some(cut) = publish.payload.get(..=self.max_payload) {
                    // A copy, so that the rest of it is not kept.
                    publish.payload = Bytes::copy_from_slice(cut);
                }
                Ok(Some(Packet::Publish(publish)))
            }
            Ok(packet) => Ok(Some(packet)),
            Err(PacketError::InsufficientBytes(_)) => Ok(None),
            Err(PacketError::PayloadSizeLimitExceeded(length)) => self.cut(length),
            Err(error) => Err(error),
        }
    }

    /// A message whose rest, after the head of the packet, has `length` bytes.
    fn cut(&mut self, length: usize) -> Result<Option<Packet>, PacketError> {
        let first = self.bytes.first().copied().unwrap_or_default();
        if first >> 4 != 3 {
            return Err(PacketError::PayloadSizeLimitExceeded(length));
        }
        // The length takes one byte for each seven bits.
        let head = 1 + (1..4).filter(|n| length >> (7 * n) > 0).count() + 1;
        if self.bytes.len() < head + MOST_BEFORE_PAYLOAD + self.max_payload {
            return Ok(None);
        }
        let qos = rumqttc::qos((first & 0b0110) >> 1)?;
        let mut taken = self.bytes.split_to(head + MOST_BEFORE_PAYLOAD + self.max_payload).freeze();
        self.passing_over = head + length - taken.len();
        taken.advance(head);
        let topic_bytes = usize::from(taken.get_u16());
        let topic = String::from_utf8(taken.split_to(topic_bytes).to_vec());
        let mut publish = Publish::new(topic.map_err(|_| PacketError::TopicNotUtf8)?, qos, Vec::new());
        publish.retain = first & 1 == 1;
        if qos != QoS::AtMostOnce {
            publish.pkid = taken.get_u16();
        }
        publish.payload = Bytes::copy_from_slice(taken.get(..=self.max_payload).unwrap_or_default());
        Ok(Some(Packet::Publish(publish)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(topic: &str, payload: Vec<u8>, pkid: u16) -> Publish {
        let mut publish = Publish::new(topic, QoS::AtLeastOnce, payload);
        publish.pkid = pkid;
        publish
    }

    /// What comes out when the bytes come in pieces of this size.
    fn read(bytes: &[u8], piece: usize) -> Vec<(String, u16, usize)> {
        let (mut packets, mut found) = (Packets::new(100), Vec::new());
        for piece in bytes.chunks(piece) {
            packets.room().0.extend_from_slice(piece);
            while let Some(packet) = packets.next().unwrap() {
                let Packet::Publish(publish) = packet else { panic!("{packet:?}") };
                found.push((publish.topic, publish.pkid, publish.payload.len()));
            }
        }
        found
    }

    #[test]
    fn messages_come_out_whole_and_long_ones_cut_whatever_pieces_they_come_in() {
        let mut bytes = BytesMut::new();
        for (number, length) in [(1, 3), (2, 100), (3, 101), (4, 300_000), (5, 70_000), (6, 5)] {
            publish("a/b", vec![b'x'; length], number).write(&mut bytes).unwrap();
        }
        let expected = [(1, 3), (2, 100), (3, 101), (4, 101), (5, 101), (6, 5)];
        let expected = expected.map(|(number, length)| ("a/b".to_owned(), number, length));
        for piece in [7, 4_096, 66_000, bytes.len()] {
            assert_eq!(read(&bytes, piece), expected, "{piece}");
        }
    }

    #[test]
    fn what_is_no_message_and_too_long_is_refused() {
        let mut packets = Packets::new(100);
        packets.room().0.extend_from_slice(&[0x90, 0xff, 0xff, 0xff, 0x7f]);
        assert!(packets.next().is_err());
    }
}
