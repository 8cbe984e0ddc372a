//! From an OSM extract to a folder of roads.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use roadnet::osm::{Wanted, read_pbf, roads, rules};
use roadnet::{Network, Tags, geojson, keep_largest_strongly_connected_part};

use super::basemap::Basemap;
use super::progress::Progress;
use super::report::Report;
use super::{coast, kind, legal};

const WANTED: Wanted = Wanted {
    way: |tags: &Tags| tags.get("highway").is_some() || kind::is_shown(tags) || coast::is_coast(tags),
    relation: |tags: &Tags| tags.get("type") == Some("multipolygon") && kind::is_shown(tags),
    node: |tags: &Tags| tags.get("highway") == Some("traffic_signals"),
};

/// Reads `file` and writes network.geojson, basemap.geojson, LICENSE and NOTICE to `out`. The same extract gives the
/// same bytes.
pub fn import(file: &Path, out: &Path, source: Option<&str>) -> anyhow::Result<()> {
    let input = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let extract = read_pbf(Progress::new(input)?, &WANTED)
        .with_context(|| format!("cannot read {}", file.display()))?;

    let found = roads(&extract);
    let whole = Network::new(found.roads.iter().cloned(), found.signals.clone());
    let rules = rules(&extract, &whole);
    let whole = whole.with_rules(rules);
    let (network, kept) = keep_largest_strongly_connected_part(&whole);
    ensure!(
        network.link_count() > 0,
        "{} holds no road from which a vehicle can come back; take an extract of at least a few streets",
        file.display()
    );
    let basemap = Basemap::of(&extract);

    fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    write_file(&out.join("network.geojson"), |to| geojson::write_network(&network, legal::ATTRIBUTION, to))?;
    write_file(&out.join("basemap.geojson"), |to| basemap.write(legal::ATTRIBUTION, to))?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let notice = legal::notice(source.unwrap_or(&name), extract.state_epoch_s, &kept);
    write_file(&out.join("LICENSE"), |to| to.write_all(legal::LICENSE.as_bytes()))?;
    write_file(&out.join("NOTICE"), |to| to.write_all(notice.as_bytes()))?;

    let report = Report {
        extract: &extract,
        found: &found,
        network: &network,
        kept: &kept,
        basemap: basemap.summary(),
        out,
    };
    report.print(&mut std::io::stdout().lock()).context("cannot write to standard output")
}

fn write_file(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let wrong = || format!("cannot write {}", path.display());
    let mut to = BufWriter::new(File::create(path).with_context(wrong)?);
    write(&mut to).and_then(|()| to.flush()).with_context(wrong)
}
