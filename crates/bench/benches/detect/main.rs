//! How many reports a second the detector takes on one core. Each measurement is the time of one report; only the
//! detector's own time counts, not that of making up the reports, and not that of other programs.

mod plain;
mod rig;

use bench::City;
use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use rig::{Rig, StagesRig};

/// The case that all others are held against.
const VEHICLES: usize = 100_000;
const ZONES: usize = 1_000;

fn by_vehicles(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("vehicles");
    group.throughput(Throughput::Elements(1)).sampling_mode(SamplingMode::Flat);
    let city = City::new();
    for vehicles in [1_000, VEHICLES, 1_000_000] {
        let mut rig = None;
        group.bench_function(BenchmarkId::from_parameter(vehicles), |bencher| {
            let rig = rig.get_or_insert_with(|| Rig::new(&city, vehicles, ZONES));
            bencher.iter_custom(|reports| rig.detect(reports));
        });
    }
    group.finish();
}

fn by_zones(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("zones");
    group.throughput(Throughput::Elements(1)).sampling_mode(SamplingMode::Flat);
    let city = City::new();
    for zones in [10, ZONES, 10_000] {
        let mut rig = None;
        group.bench_function(BenchmarkId::from_parameter(zones), |bencher| {
            let rig = rig.get_or_insert_with(|| Rig::new(&city, VEHICLES, zones));
            bencher.iter_custom(|reports| rig.detect(reports));
        });
    }
    group.finish();
}

fn decoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("json");
    group.throughput(Throughput::Elements(1)).sampling_mode(SamplingMode::Flat);
    let city = City::new();
    let mut rig = None;
    group.bench_function("decode", |bencher| {
        let rig = rig.get_or_insert_with(|| Rig::new(&city, VEHICLES, ZONES));
        bencher.iter_custom(|reports| rig.decode(reports));
    });
    group.bench_function("decode and detect", |bencher| {
        let rig = rig.get_or_insert_with(|| Rig::new(&city, VEHICLES, ZONES));
        bencher.iter_custom(|reports| rig.decode_and_detect(reports));
    });
    group.finish();
}

fn stages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stages");
    group.throughput(Throughput::Elements(1)).sampling_mode(SamplingMode::Flat);
    let city = City::new();
    let mut rig = None;
    for (index, stage) in ["sequence", "track", "watch"].into_iter().enumerate() {
        group.bench_function(stage, |bencher| {
            let rig = rig.get_or_insert_with(|| StagesRig::new(&city, VEHICLES, ZONES));
            bencher.iter_custom(|reports| rig.run(reports)[index]);
        });
    }
    group.finish();
}

/// What one would do without an index of zones: every report against every zone, and the nearest street from an R-tree.
fn plainly(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plain");
    group.throughput(Throughput::Elements(1)).sampling_mode(SamplingMode::Flat);
    let city = City::new();
    let mut rig = None;
    group.bench_function("nearest street and every zone", |bencher| {
        let rig = rig.get_or_insert_with(|| plain::Rig::new(&city, VEHICLES, ZONES));
        bencher.iter_custom(|reports| rig.look(reports));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(std::time::Duration::from_secs(1))
        // Long enough for all that comes round: the roads are looked at every second of the reports' time, queues every
        // fifth.
        .measurement_time(std::time::Duration::from_secs(8));
    targets = by_vehicles, by_zones, decoding, stages, plainly
}
criterion_main!(benches);
