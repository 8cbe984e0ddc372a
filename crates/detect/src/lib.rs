//! The detector: from position and hazard reports to accidents, jams, zone entries and zone exits.
//!
//! Sans-IO: reports and time come in as arguments, events and state to keep are polled out. It knows no clock,
//! no network and no files, draws no random numbers, and gives the same output for the same input.
//!
//! Two stages with plain data between them: *track*, keyed by vehicle, gives [`Observation`]s; *watch*, keyed
//! by piece of road, makes events of them.

mod clock;
mod detector;
mod observation;
mod output;
mod settings;
mod snapshot;
pub mod stages;
mod track;
mod view;
mod watch;

pub use detector::{Detector, Fate, Taken};
pub use observation::{HazardObservation, Observation, OnRoad, Seen};
pub use output::{Output, StateChange, StateValue};
pub use settings::{
    AccidentSettings, CourseSettings, JamSettings, Preset, Range, ReportSettings, Settings, SettingsError,
    ZoneSettings,
};
pub use snapshot::Snapshot;
pub use view::View;
