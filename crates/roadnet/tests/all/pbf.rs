use std::io::Cursor;

use model::LatLon;
use roadnet::osm::{Counts, Wanted, read_pbf};
use roadnet::{ReadError, RoadClass, read};

use crate::pbf_encoder::PbfFile;

const SCHEMA: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// A street of three nodes with a light at its middle, a footway, and a pond as a relation.
fn small_town() -> PbfFile {
    PbfFile::default()
        .dense_nodes(&[(1, 60.17, 24.94), (3, 60.17, 24.96), (4, 60.18, 24.95), (9, -33.9, -70.5)])
        .node(2, (60.17, 24.95), &[("highway", "traffic_signals")])
        .way(10, &[1, 2, 3], &[("highway", "residential"), ("name", "Testikatu"), ("maxspeed", "30 mph")])
        .way(11, &[2, 4], &[("highway", "footway")])
        .way(12, &[1, 3, 4, 1], &[])
        .relation(20, &[(12, "outer")], &[("type", "multipolygon"), ("natural", "water")])
}

#[test]
fn an_extract_reads_as_a_network() {
    let (network, warnings) = read(&small_town().finish(&SCHEMA)).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(network.link_count(), 2);
    let (_, link) = network.links().next().unwrap();
    assert_eq!(
        (&*link.road_id, link.name.as_deref(), link.class),
        ("10.0", Some("Testikatu"), RoadClass::Residential)
    );
    assert!((link.speed_limit_mps - 13.4112).abs() < 1e-6);
    assert_eq!(
        link.line.points(),
        [LatLon::new(60.17, 24.94), LatLon::new(60.17, 24.95), LatLon::new(60.17, 24.96)]
    );
    assert_eq!(network.signals(), [LatLon::new(60.17, 24.95)]);
}

#[test]
fn only_what_is_wanted_is_kept_and_all_is_counted() {
    let wanted = Wanted { way: |_| false, relation: |tags| tags.get("natural").is_some(), node: |_| false };
    let extract = read_pbf(Cursor::new(small_town().finish(&SCHEMA)), &wanted).unwrap();
    assert_eq!(extract.counts, Counts { nodes: 5, ways: 3, relations: 1 });
    assert_eq!(extract.ways.iter().map(|way| way.id).collect::<Vec<_>>(), [12]);
    assert_eq!(extract.relations[0].ways[0].way, 12);
    assert_eq!(&*extract.relations[0].ways[0].role, "outer");
    assert_eq!(extract.places.len(), 3);
    assert_eq!(extract.places.get(4), Some(LatLon::new(60.18, 24.95)));
    assert_eq!(extract.places.get(9), None);
    assert_eq!(extract.nodes, []);
    assert_eq!(extract.state_epoch_s, Some(1_555_840_214));
    assert_eq!(extract.bounds.map(|bounds| bounds.to_array()), Some([24.9, 60.1, 25.0, 60.2]));
}

#[test]
fn a_file_with_history_is_refused_by_name() {
    let bytes = small_town().finish(&["OsmSchema-V0.6", "HistoricalInformation"]);
    match read(&bytes) {
        Err(ReadError::UnsupportedFeature { feature }) => assert_eq!(feature, "HistoricalInformation"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_breaks_off_is_an_error_wherever_it_breaks() {
    let bytes = small_town().finish(&SCHEMA);
    let header_end = bytes.windows(7).position(|window| window == b"OSMData").unwrap() - 6;
    for length in (0..bytes.len()).filter(|&length| !(header_end..header_end + 4).contains(&length)) {
        assert!(read(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn damaged_bytes_never_make_the_reader_fall_over() {
    let bytes = small_town().finish(&SCHEMA);
    for at in 0..bytes.len() {
        for flipped in [0x01, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flipped;
            let _ = read(&damaged);
        }
    }
}
