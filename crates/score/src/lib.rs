//! How good the detector is, measured on traffic that it has never seen.
//!
//! A [`scene`] is staged in Eclipse SUMO; every vehicle's path gives the [`truth`]: which accidents and jams there were,
//! and who went through which zone. From the same paths come [`report`]s as vehicles would send them, by all or a few of
//! them, with noise, loss and delay. The detector, or a [`baseline`] rule, reads the reports; a [`judge`] compares what it
//! raised with the truth; a [`summary`] of many such cases is the [`table`] and the [`plot`].

pub mod alarm;
pub mod baseline;
pub mod case;
mod chance;
mod error;
pub mod figures;
pub mod judge;
pub mod markdown;
mod median;
pub mod plot;
pub mod report;
pub mod run;
pub mod scene;
pub mod shape;
pub mod summary;
pub mod sumo;
pub mod table;
pub mod trace;
pub mod truth;
pub mod workshop;

pub use error::ScoreError;
