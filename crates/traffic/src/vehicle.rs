//! One vehicle on the road.

use std::collections::VecDeque;

use model::VehicleKind;
use roadnet::LinkIdx;

use super::idm::Driver;
use super::street::Streets;

/// A vehicle by its number, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VehicleIdx(pub u32);

impl VehicleIdx {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// Where the front of a vehicle is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub link: LinkIdx,
    pub lane: u8,
    pub offset_m: f64,
}

/// Who is at the wheel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Control {
    /// The driver, as always.
    Driving,
    /// Comes to a stop with this deceleration (m/s², positive), whatever the traffic does.
    Stopping { brake_mps2: f64 },
    /// Runs up to the vehicle ahead and brakes too late.
    RunningUp,
    /// Does not move.
    Standing,
}

/// A link that the front has left and the tail has not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TailLink {
    pub link: LinkIdx,
    pub lane: u8,
}

#[derive(Debug, Clone)]
pub(crate) struct Vehicle {
    pub kind: VehicleKind,
    pub length_m: f64,
    pub driver: Driver,
    /// The link it is on, then those that follow.
    pub route: VecDeque<LinkIdx>,
    pub lane: u8,
    /// Metres from the start of the link to the front.
    pub offset_m: f64,
    pub speed_mps: f64,
    pub accel_mps2: f64,
    /// Links left by the front only, the latest first.
    pub tail: VecDeque<TailLink>,
    /// The lanes it will enter at the coming nodes, as far as it may pass them already: lane `i` is of `route[i + 1]`.
    pub entry_lanes: VecDeque<u8>,
    /// The step since which it has been asking for the next node.
    pub asking_since: Option<u64>,
    /// The step at which it was last told that it may pass a node.
    pub cleared_at: u64,
    /// How long it has been standing, s.
    pub standing_s: f64,
    pub control: Control,
    /// Where it was one step ago, and how fast.
    pub before: Place,
    pub speed_before_mps: f64,
    /// The step at which it last changed lanes.
    pub changed_lane_at: u64,
    /// It has left the network.
    pub gone: bool,
    /// How long it stands before it looks for another way, s.
    pub patience_s: f64,
}

impl Vehicle {
    pub fn link(&self) -> LinkIdx {
        self.route[0]
    }

    pub fn place(&self) -> Place {
        Place { link: self.link(), lane: self.lane, offset_m: self.offset_m }
    }

    /// Metres from the start of the current link to the rear; negative where the tail is on an earlier one.
    pub fn rear_m(&self) -> f64 {
        self.offset_m - self.length_m
    }

    /// Where the rear is, in metres from the start of the `nth` link of the tail.
    pub fn rear_on_tail_m(&self, nth: usize, streets: &Streets) -> f64 {
        let passed: f64 = self.tail.iter().take(nth + 1).map(|tail| streets.get(tail.link).length_m).sum();
        self.rear_m() + passed
    }

    /// How many of the coming nodes it may pass.
    pub fn cleared(&self) -> usize {
        self.entry_lanes.len()
    }

    /// The lane it takes on `route[nth]`, as far as that is settled.
    pub fn lane_on(&self, nth: usize) -> Option<u8> {
        if nth == 0 { Some(self.lane) } else { self.entry_lanes.get(nth - 1).copied() }
    }

    /// Whether it stands, or is coming to stand, because of an incident.
    pub fn is_halted(&self) -> bool {
        matches!(self.control, Control::Stopping { .. } | Control::Standing)
    }
}
