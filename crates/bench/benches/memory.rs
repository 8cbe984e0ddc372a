//! How much memory a vehicle takes at rest: printed as `bytes per vehicle: N`.

use bench::{City, Fleet, zones};
use detect::{Detector, Settings};
use model::codec::Report;
use peak_alloc::PeakAlloc;
use std::io::Write;
use std::sync::Arc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const VEHICLES: usize = 1_000_000;
const ZONES: usize = 1_000;
/// How often each vehicle reports before it is looked at.
const ROUNDS: usize = 5;

fn main() -> std::io::Result<()> {
    let city = City::new();
    let mut detector = Detector::new(Settings::default(), Arc::clone(&city.network));
    for zone in zones(&city, ZONES) {
        detector.set_zone(zone);
    }
    let mut fleet = Fleet::new(&city, VEHICLES);
    let before = ALLOCATED.current_usage();
    for _ in 0..VEHICLES * ROUNDS {
        let report = fleet.report();
        let now = report.ts;
        // Every report is sound; were one refused, its vehicle would only be counted without its memory.
        let _ = detector.handle_report(Report::Position(report), now);
        while detector.poll_output().is_some() {}
    }
    let per_vehicle = (ALLOCATED.current_usage() - before).div_ceil(VEHICLES);
    writeln!(std::io::stdout(), "bytes per vehicle: {per_vehicle}")
}
