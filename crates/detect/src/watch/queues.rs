//! Queues: vehicles that stand or creep behind one another, along links and over their borders.

use super::road_traffic::Occupant;
use model::{Geometry, LatLon, Timestamp};
use roadnet::{LinkIdx, Network};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A vehicle's place in a queue reaches this far back, in metres.
const VEHICLE_SPACE_M: f64 = 7.0;

/// Queueing vehicles on one link with no gap between them.
#[derive(Debug)]
struct Run {
    link: LinkIdx,
    from_m: f64,
    to_m: f64,
    vehicles: u32,
    speed_sum_mps: f64,
    slow_since: Timestamp,
}

/// Where a run goes on: the next run, and the links between them that hold none.
#[derive(Debug, Clone)]
struct Step {
    run: usize,
    between: Vec<LinkIdx>,
}

/// Length of the queue from a run to the head, and the step that leads there.
type Reached<'a> = (f64, Option<(usize, &'a Step)>);

/// One queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Queue {
    /// The links it stands on.
    pub(crate) links: BTreeSet<u32>,
    /// The link its head stands on.
    pub(crate) head: LinkIdx,
    pub(crate) vehicles: u32,
    pub(crate) mean_speed_mps: f64,
    /// Along the road from the tail to the head, branches not counted.
    pub(crate) length_m: f64,
    /// Time to drive its length without the queue.
    pub(crate) free_flow_s: f64,
    /// Tail first.
    pub(crate) geometry: Geometry,
    pub(crate) tail: LatLon,
    /// Since when the first of its vehicles has been slow.
    pub(crate) since: Timestamp,
}

/// All queues that the queueing vehicles make; those at most `max_gap_m` apart along the road are in one.
pub(crate) fn find(
    network: &Network,
    queueing: &BTreeMap<u32, Vec<&Occupant>>,
    max_gap_m: f64,
) -> Vec<Queue> {
    let runs = runs(queueing, max_gap_m);
    let steps: Vec<Vec<Step>> = (0..runs.len()).map(|run| steps(network, &runs, run, max_gap_m)).collect();
    clusters(&steps).into_iter().map(|members| queue(network, &runs, &steps, &members)).collect()
}

fn runs(queueing: &BTreeMap<u32, Vec<&Occupant>>, max_gap_m: f64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (link, occupants) in queueing {
        for occupant in occupants {
            let slow_since = occupant.slow_since.unwrap_or(occupant.ts);
            match runs.last_mut() {
                Some(run) if run.link.0 == *link && occupant.offset_m - run.to_m <= max_gap_m => {
                    run.to_m = occupant.offset_m;
                    run.vehicles += 1;
                    run.speed_sum_mps += occupant.speed_mps;
                    run.slow_since = run.slow_since.min(slow_since);
                }
                _ => runs.push(Run {
                    link: LinkIdx(*link),
                    from_m: (occupant.offset_m - VEHICLE_SPACE_M).max(0.0),
                    to_m: occupant.offset_m,
                    vehicles: 1,
                    speed_sum_mps: occupant.speed_mps,
                    slow_since,
                }),
            }
        }
    }
    runs
}

/// The runs that a run goes on in, within `max_gap_m` along the road.
fn steps(network: &Network, runs: &[Run], from: usize, max_gap_m: f64) -> Vec<Step> {
    let first_on = |link: LinkIdx| runs.iter().position(|run| run.link == link);
    let run = &runs[from];
    let link = network.link(run.link);
    // A later run on the same link is farther than the gap, or it would be the same run.
    if runs.get(from + 1).is_some_and(|next| next.link == run.link) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut frontier = VecDeque::from([(run.link, link.line.length_m() - run.to_m, Vec::new())]);
    while let Some((at, gap_m, between)) = frontier.pop_front() {
        for next in network.outgoing(network.link(at).to) {
            if network.link(at).opposite == Some(*next) || between.contains(next) || *next == run.link {
                continue;
            }
            match first_on(*next) {
                Some(index) if gap_m + runs[index].from_m <= max_gap_m => {
                    found.push(Step { run: index, between: between.clone() });
                }
                Some(_) => {}
                None => {
                    let gap_m = gap_m + network.link(*next).line.length_m();
                    if gap_m <= max_gap_m {
                        let mut between = between.clone();
                        between.push(*next);
                        frontier.push_back((*next, gap_m, between));
                    }
                }
            }
        }
    }
    found
}

/// Runs that hang together, each cluster sorted.
fn clusters(steps: &[Vec<Step>]) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); steps.len()];
    for (from, next) in steps.iter().enumerate() {
        for step in next {
            neighbours[from].push(step.run);
            neighbours[step.run].push(from);
        }
    }
    let mut seen = vec![false; steps.len()];
    let mut clusters = Vec::new();
    for start in 0..steps.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut members = vec![start];
        let mut index = 0;
        while let Some(member) = members.get(index).copied() {
            for next in &neighbours[member] {
                if !std::mem::replace(&mut seen[*next], true) {
                    members.push(*next);
                }
            }
            index += 1;
        }
        members.sort_unstable();
        clusters.push(members);
    }
    clusters
}

#[allow(clippy::cast_precision_loss)]
fn queue(network: &Network, runs: &[Run], steps: &[Vec<Step>], members: &[usize]) -> Queue {
    let path = longest_path(runs, steps, members);
    let main = line_of(network, runs, &path);
    let on_path: BTreeSet<usize> = path.iter().map(|step| step.run).collect();
    let mut lines = vec![main.points];
    for branch in members.iter().filter(|member| !on_path.contains(member)) {
        let run = &runs[*branch];
        lines.push(network.link(run.link).line.slice(run.from_m, run.to_m));
    }
    lines.retain(|line| line.len() >= 2);
    let head = path.last().map_or(members[0], |step| step.run);
    let tail_run = &runs[path.first().map_or(members[0], |step| step.run)];
    let tail = network.link(tail_run.link).line.point_at(tail_run.from_m);
    let positions = |line: &Vec<LatLon>| match Geometry::line(line) {
        Geometry::LineString(positions) => positions,
        Geometry::Point(_) | Geometry::MultiLineString(_) => Vec::new(),
    };
    let geometry = match lines.as_slice() {
        [] => Geometry::point(tail),
        [line] => Geometry::line(line),
        lines => Geometry::MultiLineString(lines.iter().map(positions).collect()),
    };
    let vehicles = members.iter().map(|member| runs[*member].vehicles).sum::<u32>();
    let speed_sum_mps: f64 = members.iter().map(|member| runs[*member].speed_sum_mps).sum();
    Queue {
        links: members.iter().map(|member| runs[*member].link.0).collect(),
        head: runs[head].link,
        vehicles,
        mean_speed_mps: speed_sum_mps / f64::from(vehicles.max(1)),
        length_m: main.length_m,
        free_flow_s: main.free_flow_s,
        geometry,
        tail,
        since: members.iter().map(|member| runs[*member].slow_since).min().unwrap_or_default(),
    }
}

/// The way from the farthest tail to the head that most of the queue leads to, as steps from the tail on.
fn longest_path(runs: &[Run], steps: &[Vec<Step>], members: &[usize]) -> Vec<Step> {
    let mut upstream: BTreeMap<usize, Vec<(usize, &Step)>> = BTreeMap::new();
    for member in members {
        for step in &steps[*member] {
            upstream.entry(step.run).or_default().push((*member, step));
        }
    }
    let heads = members.iter().copied().filter(|member| steps[*member].is_empty());
    // In a ring of queues nobody is the head; then the first will do.
    let heads: Vec<usize> = if heads.clone().next().is_none() { vec![members[0]] } else { heads.collect() };
    let mut best: (f64, Vec<Step>) = (-1.0, Vec::new());
    for head in heads {
        let mut reached: BTreeMap<usize, Reached<'_>> = BTreeMap::new();
        reached.insert(head, (runs[head].to_m - runs[head].from_m, None));
        let mut frontier = VecDeque::from([head]);
        while let Some(at) = frontier.pop_front() {
            let so_far = reached[&at].0;
            for (from, step) in upstream.get(&at).into_iter().flatten() {
                if !reached.contains_key(from) {
                    let length = so_far + runs[*from].to_m - runs[*from].from_m;
                    reached.insert(*from, (length, Some((at, *step))));
                    frontier.push_back(*from);
                }
            }
        }
        let Some((tail, (length, _))) = reached.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0)) else {
            continue;
        };
        if *length > best.0 {
            let mut path = vec![Step { run: *tail, between: Vec::new() }];
            let mut at = *tail;
            while let Some((_, Some((next, step)))) = reached.get(&at) {
                path.push((*step).clone());
                at = *next;
            }
            best = (*length, path);
        }
    }
    best.1
}

struct MainLine {
    points: Vec<LatLon>,
    length_m: f64,
    free_flow_s: f64,
}

fn line_of(network: &Network, runs: &[Run], path: &[Step]) -> MainLine {
    let mut main = MainLine { points: Vec::new(), length_m: 0.0, free_flow_s: 0.0 };
    for (index, step) in path.iter().enumerate() {
        for link in &step.between {
            main.add(network, *link, 0.0, network.link(*link).line.length_m());
        }
        let run = &runs[step.run];
        let length_m = network.link(run.link).line.length_m();
        let from_m = if index == 0 { run.from_m } else { 0.0 };
        let to_m = if index + 1 == path.len() { run.to_m } else { length_m };
        main.add(network, run.link, from_m, to_m);
    }
    main
}

impl MainLine {
    fn add(&mut self, network: &Network, link: LinkIdx, from_m: f64, to_m: f64) {
        let link = network.link(link);
        for point in link.line.slice(from_m, to_m) {
            if self.points.last() != Some(&point) {
                self.points.push(point);
            }
        }
        self.length_m += to_m - from_m;
        self.free_flow_s += (to_m - from_m) / link.speed_limit_mps;
    }
}
