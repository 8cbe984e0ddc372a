//! One vehicle: what every step needs in one piece, the rest apart.

use model::VehicleKind;
use roadnet::LinkIdx;

use super::idm::Driver;
use super::street::Streets;

/// A vehicle's place in the tables, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VehicleIdx(pub u32);

impl VehicleIdx {
    /// No vehicle.
    pub(crate) const NONE: Self = Self(u32::MAX);

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

/// Whether a vehicle is on the lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    OnRoad,
    Parked,
    Gone,
}

/// Who is at the wheel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Control {
    /// The driver, as always.
    Driving,
    /// Comes to a stop with this deceleration (m/s², positive), whatever the traffic does.
    Stopping { brake_mps2: f32 },
    /// Runs up to the vehicle ahead and brakes too late.
    RunningUp,
    /// Does not move.
    Standing,
}

/// Why a driver wants to stop on the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Halt {
    None,
    BusStop,
    /// The trip ends here, at the kerb.
    Kerb,
}

/// What each step needs of a vehicle.
#[derive(Debug, Clone)]
pub(crate) struct Vehicle {
    /// Metres from the start of the link to the front.
    pub offset_m: f64,
    pub speed_mps: f64,
    pub length_m: f64,
    pub driver: Driver,
    pub link: LinkIdx,
    pub lane: u8,
    pub presence: Presence,
    pub halt: Halt,
    /// How many of the coming nodes it may pass.
    pub cleared: u8,
    pub control: Control,
    pub kind: VehicleKind,
    /// Blue lights and horn: red lights and others' right of way do not hold it up.
    pub on_call: bool,
    /// The lanes of the link from which its way goes on.
    pub suited: u32,
    /// Lets this one in ahead of it.
    pub lets_in: VehicleIdx,
    /// How long it has been standing, s.
    pub standing_s: f32,
    /// How long it has not moved on, s; unlike the time above, looking for another way does not shorten it.
    pub still_s: f32,
    /// How long it stands before it looks for another way, s.
    pub patience_s: f32,
    /// Where it wants to stop on this link, m from the start; infinite where nowhere.
    pub halt_m: f64,
    /// The planned step.
    pub next_mps: f64,
    pub advance_m: f64,
    pub accel_mps2: f64,
    /// Where it was one step ago, and how fast.
    pub before: Place,
    pub speed_before_mps: f64,
}

/// A link that the front has left and the tail has not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TailLink {
    pub link: LinkIdx,
    pub lane: u8,
}

/// Most nodes passed in one go.
pub(crate) const LONGEST_CHAIN: usize = 12;

/// What of a vehicle only nodes, routes and changes need.
#[derive(Debug, Clone)]
pub(crate) struct Trip {
    /// The vehicle's own number.
    pub serial: u32,
    /// The way; the link it is on is at `at`.
    pub route: Vec<LinkIdx>,
    pub at: u32,
    /// The last link of the route is where it ends its trip, at the kerb or out of the network.
    pub is_last: bool,
    /// At the end of the route it is gone, wherever that is.
    pub vanishes: bool,
    /// Links left by the front only, the latest first.
    pub tail: Vec<TailLink>,
    /// The lanes it will enter at the coming nodes, as many as are cleared: lane `i` is of the link `i + 1` ahead.
    pub entry_lanes: [u8; LONGEST_CHAIN],
    /// The step since which it has been asking for the next node.
    pub asking_since: Option<u32>,
    /// The step at which it was last told that it may pass a node.
    pub cleared_at: u32,
    /// The step at which it last changed lanes.
    pub changed_lane_at: u32,
    /// When a stop at a bus stop or at the kerb ends.
    pub halts_until: u32,
}

impl Trip {
    /// The link so many ahead; 0 is the one it is on.
    pub fn link_ahead(&self, nth: usize) -> Option<LinkIdx> {
        self.route.get(self.at as usize + nth).copied()
    }

    /// Whether it is gone at the end of the link it is on.
    pub fn vanishes_here(&self) -> bool {
        self.vanishes && self.at as usize + 1 == self.route.len()
    }

    /// The way from the link it is on.
    pub fn ahead(&self) -> &[LinkIdx] {
        self.route.get(self.at as usize..).unwrap_or_default()
    }

    /// Keeps this many links of the way after the one it is on.
    pub fn truncate(&mut self, kept: usize) {
        self.route.truncate(self.at as usize + 1 + kept);
    }

    /// Goes over to the next link of the way.
    pub fn advance(&mut self) {
        self.at += 1;
        // What is behind is forgotten now and then, so that no route grows for ever.
        if self.at >= 64 {
            self.route.drain(..self.at as usize);
            self.at = 0;
        }
    }
}

impl Vehicle {
    pub fn place(&self) -> Place {
        Place { link: self.link, lane: self.lane, offset_m: self.offset_m }
    }

    /// Metres from the start of the current link to the rear; negative where the tail is on an earlier one.
    pub fn rear_m(&self) -> f64 {
        self.offset_m - self.length_m
    }

    /// Where the rear is, in metres from the start of the `nth` link of its tail.
    pub fn rear_on_tail_m(&self, tail: &[TailLink], nth: usize, streets: &Streets) -> f64 {
        let passed: f64 = tail.iter().take(nth + 1).map(|tail| streets.get(tail.link).length_m).sum();
        self.rear_m() + passed
    }

    /// Whether it stands, or is coming to stand, because of an incident.
    pub fn is_halted(&self) -> bool {
        matches!(self.control, Control::Stopping { .. } | Control::Standing)
    }

    pub fn is_on_road(&self) -> bool {
        self.presence == Presence::OnRoad
    }
}
