//! Tells what was read, kept and dropped.

use std::io::{self, Write};
use std::path::Path;

use roadnet::osm::{Extract, NotRoad, OsmRoads};
use roadnet::{KeptPart, Network};

use super::basemap::Summary;
use super::kind::Kind;

/// At most so many warnings are printed one by one.
const WARNINGS_SHOWN: usize = 20;

/// Everything that an import did.
pub struct Report<'a> {
    pub extract: &'a Extract,
    pub found: &'a OsmRoads,
    pub network: &'a Network,
    pub kept: &'a KeptPart,
    pub basemap: &'a Summary,
    pub out: &'a Path,
}

impl Report<'_> {
    /// Prints it as a table.
    pub fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.extract.counts;
        let dropped = |reason| self.found.dropped.get(&reason).copied().unwrap_or(0);
        let km = |metres: f64| format!("{:.1} km", metres / 1000.0);

        writeln!(out, "read")?;
        row(out, "nodes", counts.nodes, "")?;
        row(out, "ways", counts.ways, "")?;
        row(out, "relations", counts.relations, "")?;
        writeln!(out, "roads")?;
        row(out, "ways used", self.found.ways_used, "")?;
        row(out, "  of them cut by the border", self.found.ways_cut, "the pieces inside are kept")?;
        row(out, "pieces between junctions", self.found.roads.len(), &km(self.kept.length_before_m))?;
        row(out, "not for motor vehicles", dropped(NotRoad::NotForMotorVehicles), "dropped")?;
        row(out, "motor vehicles not allowed", dropped(NotRoad::NoAccess), "dropped")?;
        row(out, "wholly beyond the border", dropped(NotRoad::NoNodes), "dropped")?;
        writeln!(out, "network: the largest part in which every road reaches every other")?;
        let cut_off = self.kept.links_before - self.kept.links_after;
        let share = 100.0 * self.kept.length_after_m / self.kept.length_before_m;
        row(
            out,
            "links kept",
            self.kept.links_after,
            &format!("{}, {share:.0} %", km(self.kept.length_after_m)),
        )?;
        row(out, "links cut off", cut_off, "dropped")?;
        row(out, "nodes", self.network.node_count(), "")?;
        row(out, "traffic lights", self.network.signals().len(), "")?;
        writeln!(out, "basemap")?;
        for kind in Kind::ALL {
            let of =
                |counts: &std::collections::BTreeMap<Kind, usize>| counts.get(&kind).copied().unwrap_or(0);
            let cut = of(&self.basemap.areas_cut);
            let note = if cut > 0 { format!("{cut} areas too incomplete to draw") } else { String::new() };
            row(out, kind.as_str(), of(&self.basemap.features), &note)?;
        }
        for warning in self.found.warnings.iter().take(WARNINGS_SHOWN) {
            writeln!(out, "warning: {warning}")?;
        }
        if let Some(more) = self.found.warnings.len().checked_sub(WARNINGS_SHOWN).filter(|&more| more > 0) {
            writeln!(out, "… and {more} more warnings")?;
        }
        writeln!(out, "written to {}", self.out.display())
    }
}

fn row(out: &mut impl Write, what: &str, count: impl std::fmt::Display, note: &str) -> io::Result<()> {
    let line = format!("  {what:<30} {count:>10}  {note}");
    writeln!(out, "{}", line.trim_end())
}
