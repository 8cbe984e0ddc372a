//! Reads `.osm.pbf` files.

use std::io::{Read, Seek};

use model::LatLon;
use osmpbf::{BlobDecode, BlobReader, Element, RelMemberType};

use super::{Extract, OsmNode, OsmRelation, OsmRestriction, OsmWay, WayMember};
use crate::restriction::is_only;
use crate::{Bounds, ReadError, Tags};

/// What of an extract is to be kept, by tags. The nodes of kept ways are always kept as places.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Which ways.
    pub way: fn(&Tags) -> bool,
    /// Which relations; the ways they are made of are kept too.
    pub relation: fn(&Tags) -> bool,
    /// Which nodes of kept ways, with their tags.
    pub node: fn(&Tags) -> bool,
}

/// The features that a file may demand of its readers.
const KNOWN_FEATURES: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// Reads the wanted part of an extract, in three passes over `source` (relations, then ways, then nodes), so that
/// memory holds only what is wanted, however large the file.
///
/// # Errors
/// The source cannot be read, is not an OSM extract, or demands something that is not supported (such as the history
/// of elements).
pub fn read_pbf(mut source: impl Read + Seek + Send, wanted: &Wanted) -> Result<Extract, ReadError> {
    check_start(&mut source)?;
    let mut extract = Extract::default();
    let mut newest_ms: Option<i64> = None;

    let mut header = Header::default();
    each_element(&mut source, &mut header, |element| {
        let Element::Relation(relation) = element else { return };
        extract.counts.relations += 1;
        newest_ms = newest_ms.max(relation.info().milli_timestamp());
        let tags: Tags = relation.tags().collect();
        extract.restrictions.extend(restriction(&relation, &tags));
        if (wanted.relation)(&tags) {
            let members = relation.members().filter(|member| member.member_type == RelMemberType::Way);
            let ways = members
                .map(|member| WayMember {
                    way: member.member_id,
                    role: member.role().unwrap_or_default().into(),
                })
                .collect();
            extract.relations.push(OsmRelation { id: relation.id(), tags, ways });
        }
    })?;
    let member_ways =
        sorted(extract.relations.iter().flat_map(|relation| relation.ways.iter().map(|member| member.way)));

    each_element(&mut source, &mut header, |element| {
        let Element::Way(way) = element else { return };
        extract.counts.ways += 1;
        newest_ms = newest_ms.max(way.info().milli_timestamp());
        let tags: Tags = way.tags().collect();
        if (wanted.way)(&tags) || member_ways.binary_search(&way.id()).is_ok() {
            extract.ways.push(OsmWay { id: way.id(), tags, nodes: way.refs().collect() });
        }
    })?;
    let way_nodes = sorted(extract.ways.iter().flat_map(|way| way.nodes.iter().copied()));

    let mut places: Vec<(i64, LatLon)> = Vec::with_capacity(way_nodes.len());
    each_element(&mut source, &mut header, |element| {
        let (id, lat, lon, tags, changed_ms) = match element {
            Element::Node(node) => {
                let changed_ms = node.info().milli_timestamp();
                (node.id(), node.lat(), node.lon(), NodeTags::Plain(node), changed_ms)
            }
            Element::DenseNode(node) => {
                let changed_ms = node.info().map(osmpbf::DenseNodeInfo::milli_timestamp);
                (node.id(), node.lat(), node.lon(), NodeTags::Dense(node), changed_ms)
            }
            _ => return,
        };
        extract.counts.nodes += 1;
        newest_ms = newest_ms.max(changed_ms);
        if way_nodes.binary_search(&id).is_err() {
            return;
        }
        // A node without a usable place is as good as missing.
        let Some(place) = LatLon::checked(round7(lat), round7(lon)) else { return };
        places.push((id, place));
        let tags = tags.collect();
        if !tags.is_empty() && (wanted.node)(&tags) {
            extract.nodes.push(OsmNode { id, place, tags });
        }
    })?;

    extract.places = places.into_iter().collect();
    extract.state_epoch_s = header.state_epoch_s.or(newest_ms.filter(|&ms| ms > 0).map(|ms| ms / 1000));
    extract.bounds = header.bounds;
    Ok(extract)
}

/// A relation as a turn restriction at a node, if it is one.
fn restriction(relation: &osmpbf::Relation<'_>, tags: &Tags) -> Option<OsmRestriction> {
    if tags.get("type") != Some("restriction") {
        return None;
    }
    let is_only = is_only(tags)?;
    let member = |wanted: &str, kind: RelMemberType| {
        let mut members = relation.members();
        members
            .find(|member| member.member_type == kind && member.role().is_ok_and(|role| role == wanted))
            .map(|member| member.member_id)
    };
    Some(OsmRestriction {
        is_only,
        from: member("from", RelMemberType::Way)?,
        via: member("via", RelMemberType::Node)?,
        to: member("to", RelMemberType::Way)?,
    })
}

/// An extract starts with the length of a header in four bytes, then the header, which names its type first.
fn check_start(source: &mut (impl Read + Seek)) -> Result<(), ReadError> {
    source.rewind()?;
    let mut start = Vec::new();
    source.take(32).read_to_end(&mut start)?;
    let named = start.windows(9).any(|window| window == b"OSMHeader");
    if named { Ok(()) } else { Err(ReadError::UnknownFormat) }
}

/// What the head of the file says about the whole.
#[derive(Default)]
struct Header {
    state_epoch_s: Option<i64>,
    bounds: Option<Bounds>,
}

/// Calls `f` for every element from the start of the source on; takes what the header says.
fn each_element(
    source: &mut (impl Read + Seek + Send),
    header: &mut Header,
    mut f: impl FnMut(Element<'_>),
) -> Result<(), ReadError> {
    source.rewind()?;
    let mut empty = true;
    for blob in BlobReader::new(source) {
        match blob?.decode()? {
            BlobDecode::OsmHeader(block) => {
                let unknown = block
                    .required_features()
                    .iter()
                    .find(|feature| !KNOWN_FEATURES.contains(&feature.as_str()));
                if let Some(feature) = unknown {
                    return Err(ReadError::UnsupportedFeature { feature: feature.clone() });
                }
                header.state_epoch_s = block.osmosis_replication_timestamp();
                header.bounds = block.bbox().and_then(|bbox| {
                    let corners = [
                        LatLon::checked(round7(bbox.bottom), round7(bbox.left))?,
                        LatLon::checked(round7(bbox.top), round7(bbox.right))?,
                    ];
                    Bounds::around(corners)
                });
                empty = false;
            }
            BlobDecode::OsmData(block) => block.for_each_element(&mut f),
            BlobDecode::Unknown(_) => {}
        }
    }
    if empty { Err(ReadError::UnknownFormat) } else { Ok(()) }
}

/// The tags of either sort of node.
enum NodeTags<'a> {
    Plain(osmpbf::Node<'a>),
    Dense(osmpbf::DenseNode<'a>),
}

impl NodeTags<'_> {
    fn collect(&self) -> Tags {
        match self {
            Self::Plain(node) => node.tags().collect(),
            Self::Dense(node) => node.tags().collect(),
        }
    }
}

fn sorted(ids: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// OSM's own precision; takes away the noise of the file's integer arithmetic.
fn round7(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}
