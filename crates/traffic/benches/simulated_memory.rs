//! How much memory a simulated vehicle takes: printed as `bytes per vehicle: N`.

use bench::lit_city;
use peak_alloc::PeakAlloc;
use std::io::{Error, Write};
use std::sync::Arc;
use traffic::{Simulation, TrafficPlan};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const VEHICLES: usize = 20_000;
/// Steps before it is looked at.
const STEPS: usize = 240;

fn main() -> std::io::Result<()> {
    let network = Arc::new(lit_city());
    let usage = |vehicles: usize| {
        let before = ALLOCATED.current_usage();
        let plan = TrafficPlan { vehicles, warm_up_s: 0.0, ..TrafficPlan::default() };
        let mut simulation = Simulation::new(Arc::clone(&network), &plan).map_err(Error::other)?;
        for _ in 0..STEPS {
            simulation.step();
            while simulation.poll_event().is_some() {}
        }
        Ok::<usize, Error>(ALLOCATED.current_usage() - before)
    };
    // What the roads take is there without any vehicle.
    let per_vehicle = (usage(VEHICLES)? - usage(0)?).div_ceil(VEHICLES);
    writeln!(std::io::stdout(), "bytes per vehicle: {per_vehicle}")
}
