//! Lanes that are closed over a stretch, and stretches with a lower limit.

use roadnet::LinkIdx;

use super::vehicle::Vehicle;

/// A closed piece of one link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Closure {
    /// The incident that it belongs to.
    pub incident: usize,
    pub link: LinkIdx,
    pub from_m: f64,
    pub to_m: f64,
    /// The closed lanes, as a set.
    pub lanes: u32,
    pub limit_mps: f64,
}

/// All closures.
#[derive(Debug)]
pub(crate) struct Closures {
    all: Vec<Closure>,
    /// For each link, how many there are on it.
    on_link: Vec<u16>,
}

impl Closures {
    pub fn new(link_count: usize) -> Self {
        Self { all: Vec::new(), on_link: vec![0; link_count] }
    }

    pub fn add(&mut self, closure: Closure) {
        self.on_link[closure.link.0 as usize] += 1;
        self.all.push(closure);
    }

    /// Opens what an incident has closed.
    pub fn remove(&mut self, incident: usize) {
        for closure in self.all.iter().filter(|closure| closure.incident == incident) {
            self.on_link[closure.link.0 as usize] -= 1;
        }
        self.all.retain(|closure| closure.incident != incident);
    }

    pub fn any_on(&self, link: LinkIdx) -> bool {
        self.on_link[link.0 as usize] > 0
    }

    fn on(&self, link: LinkIdx) -> impl Iterator<Item = &Closure> {
        let some = if self.any_on(link) { &self.all[..] } else { &[] };
        some.iter().filter(move |closure| closure.link == link)
    }

    /// Whether a lane of a link is closed somewhere.
    pub fn closes(&self, link: LinkIdx, lane: u8) -> bool {
        self.on(link).any(|closure| closure.lanes & (1 << lane) != 0)
    }

    /// Whether any lane set of a link is closed whole.
    pub fn closes_all(&self, link: LinkIdx, lanes: u32) -> bool {
        self.on(link).any(|closure| closure.lanes & lanes == lanes)
    }

    /// Where a lane of a link is closed next after a place, m from the start of the link.
    pub fn barrier_after(&self, link: LinkIdx, lane: u8, offset_m: f64) -> Option<f64> {
        let ahead =
            self.on(link).filter(|closure| closure.lanes & (1 << lane) != 0 && closure.from_m >= offset_m);
        ahead.map(|closure| closure.from_m).min_by(f64::total_cmp)
    }

    /// The next barrier in a vehicle's lane; whoever is past it already drives on.
    pub fn barrier_ahead(&self, vehicle: &Vehicle) -> Option<f64> {
        self.barrier_after(vehicle.link, vehicle.lane, vehicle.offset_m)
    }

    /// Whether a place on a lane is closed to whoever wants to change over to it.
    pub fn is_closed_at(&self, link: LinkIdx, lane: u8, rear_m: f64, front_m: f64) -> bool {
        self.on(link).any(|closure| {
            closure.lanes & (1 << lane) != 0 && front_m > closure.from_m && rear_m < closure.to_m
        })
    }

    /// The lowest limit of the stretches at a vehicle.
    pub fn limit_at(&self, vehicle: &Vehicle) -> f64 {
        let here = self
            .on(vehicle.link)
            .filter(|closure| vehicle.offset_m > closure.from_m - 20.0 && vehicle.rear_m() < closure.to_m);
        here.map(|closure| closure.limit_mps).fold(f64::INFINITY, f64::min)
    }
}
