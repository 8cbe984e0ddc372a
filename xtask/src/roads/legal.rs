//! The licence of the data and what its users are told.

use roadnet::KeptPart;
use time::OffsetDateTime;

/// What stands in every file and belongs on every map.
pub const ATTRIBUTION: &str =
    "© OpenStreetMap contributors, ODbL 1.0, https://www.openstreetmap.org/copyright";

/// The licence notice for a folder of roads.
pub const LICENSE: &str = "\
The road data in this folder is made available under the Open Database License (ODbL) 1.0:
https://opendatacommons.org/licenses/odbl/1-0/
Any rights in individual contents of the database are licensed under the Database Contents License:
https://opendatacommons.org/licenses/dbcl/1-0/

In short: share it, change it and make things of it, as long as you credit \"© OpenStreetMap contributors\" wherever it
is shown, and pass on databases derived from it under the same licence.
The programs of this project are under licences of their own; see the top folder.
";

/// The NOTICE of a folder: whose data it is, from where and when, and what was done to it.
pub fn notice(source: &str, state_epoch_s: Option<i64>, kept: &KeptPart) -> String {
    let state = state_epoch_s.and_then(|epoch_s| OffsetDateTime::from_unix_timestamp(epoch_s).ok());
    let state = state.map_or_else(|| "not stated by the extract".to_owned(), |at| at.date().to_string());
    format!(
        "\
© OpenStreetMap contributors, https://www.openstreetmap.org/copyright

Source: {source}
State of the data: {state}

What was done (`cargo xtask roads`):
- network.geojson: ways that motor vehicles may use, split where they meet; the largest part in which every road
  reaches every other ({:.1} of {:.1} km); speed limits and lanes that are not mapped filled in by road class.
- basemap.geojson: roads and paths, rails, buildings, water and green areas, with their kind, class and name only.
",
        kept.length_after_m / 1000.0,
        kept.length_before_m / 1000.0,
    )
}
