//! Writes small `.osm.pbf` files, by the format's own description: length-prefixed blobs of protocol buffers.

/// One extract to be.
#[derive(Default)]
pub struct PbfFile {
    strings: Vec<String>,
    groups: Vec<u8>,
}

impl PbfFile {
    /// Nodes in the compact form, without tags: (id, lat, lon).
    pub fn dense_nodes(mut self, nodes: &[(i64, f64, f64)]) -> Self {
        let units = |degrees: f64| (degrees * 1e7).round() as i64;
        let mut dense = Vec::new();
        bytes_field(&mut dense, 1, &packed_deltas(nodes.iter().map(|node| node.0)));
        bytes_field(&mut dense, 8, &packed_deltas(nodes.iter().map(|node| units(node.1))));
        bytes_field(&mut dense, 9, &packed_deltas(nodes.iter().map(|node| units(node.2))));
        self.group(2, &dense);
        self
    }

    /// A node in the plain form, with tags.
    pub fn node(mut self, id: i64, (lat, lon): (f64, f64), tags: &[(&str, &str)]) -> Self {
        let mut node = Vec::new();
        varint_field(&mut node, 1, zigzag(id));
        self.tags(&mut node, tags);
        varint_field(&mut node, 8, zigzag((lat * 1e7).round() as i64));
        varint_field(&mut node, 9, zigzag((lon * 1e7).round() as i64));
        self.group(1, &node);
        self
    }

    pub fn way(mut self, id: i64, nodes: &[i64], tags: &[(&str, &str)]) -> Self {
        let mut way = Vec::new();
        varint_field(&mut way, 1, id as u64);
        self.tags(&mut way, tags);
        bytes_field(&mut way, 8, &packed_deltas(nodes.iter().copied()));
        self.group(3, &way);
        self
    }

    /// A relation of ways: (way, role).
    pub fn relation(mut self, id: i64, members: &[(i64, &str)], tags: &[(&str, &str)]) -> Self {
        const WAY: u64 = 1;
        let mut relation = Vec::new();
        varint_field(&mut relation, 1, id as u64);
        self.tags(&mut relation, tags);
        let roles: Vec<u64> = members.iter().map(|(_, role)| self.string(role)).collect();
        bytes_field(&mut relation, 8, &packed(roles));
        bytes_field(&mut relation, 9, &packed_deltas(members.iter().map(|member| member.0)));
        bytes_field(&mut relation, 10, &packed(members.iter().map(|_| WAY)));
        self.group(4, &relation);
        self
    }

    /// The file's bytes, with a header that demands these features of its readers.
    pub fn finish(self, required_features: &[&str]) -> Vec<u8> {
        let mut bounds = Vec::new();
        for (field, degrees) in [(1, 24.9), (2, 25.0), (3, 60.2), (4, 60.1)] {
            varint_field(&mut bounds, field, zigzag((degrees * 1e9) as i64));
        }
        let mut header = Vec::new();
        bytes_field(&mut header, 1, &bounds);
        for feature in required_features {
            bytes_field(&mut header, 4, feature.as_bytes());
        }
        varint_field(&mut header, 32, 1_555_840_214);
        let mut table = Vec::new();
        bytes_field(&mut table, 1, b"");
        for string in &self.strings {
            bytes_field(&mut table, 1, string.as_bytes());
        }
        let mut block = Vec::new();
        bytes_field(&mut block, 1, &table);
        block.extend(self.groups);
        [blob("OSMHeader", &header), blob("OSMData", &block)].concat()
    }

    fn group(&mut self, field: u64, element: &[u8]) {
        let mut group = Vec::new();
        bytes_field(&mut group, field, element);
        bytes_field(&mut self.groups, 2, &group);
    }

    fn tags(&mut self, element: &mut Vec<u8>, tags: &[(&str, &str)]) {
        let keys: Vec<u64> = tags.iter().map(|(key, _)| self.string(key)).collect();
        let values: Vec<u64> = tags.iter().map(|(_, value)| self.string(value)).collect();
        bytes_field(element, 2, &packed(keys));
        bytes_field(element, 3, &packed(values));
    }

    /// The number of a string in the table; 0 is the empty string.
    fn string(&mut self, text: &str) -> u64 {
        self.strings.push(text.to_owned());
        self.strings.len() as u64
    }
}

fn blob(kind: &str, content: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    bytes_field(&mut blob, 1, content);
    let mut header = Vec::new();
    bytes_field(&mut header, 1, kind.as_bytes());
    varint_field(&mut header, 3, blob.len() as u64);
    [&(header.len() as u32).to_be_bytes()[..], &header, &blob].concat()
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint_field(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes_field(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn packed(values: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut out = Vec::new();
    values.into_iter().for_each(|value| varint(&mut out, value));
    out
}

fn packed_deltas(values: impl Iterator<Item = i64>) -> Vec<u8> {
    let mut last = 0;
    packed(values.map(|value| zigzag(value - std::mem::replace(&mut last, value))))
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}
