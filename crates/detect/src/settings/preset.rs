//! Which rules make jams and accidents of what is seen.

use serde::{Deserialize, Serialize};

/// A set of rules; the word stands in the file as `preset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The rules that are measured: queues against the free-flow speed, crashes borne out by more than one sign.
    #[default]
    Standard,
    /// The rules of the assignment that this project grew from; see [`super::CourseSettings`].
    Course,
}
