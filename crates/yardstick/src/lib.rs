//! What counts as a jam, and when an alarm counts for something that happened. `score` measures with it on SUMO's
//! traffic, the simulator tells its own truth by it, and `web` keeps score by it. Pure: no clock, no files, no randomness.

pub mod accident;
mod alarm;
pub mod jam;
pub mod overlap;
pub mod queue;
mod red;
mod sets;
mod watch;

pub use alarm::{Alarm, Stretch, lines};
pub use jam::{Extent, Jam, Piece};
pub use queue::{Queue, Rule, Slow};
pub use red::{StopLines, Waits};
pub use sets::Sets;
pub use watch::{JamNews, JamState, JamWatch};
