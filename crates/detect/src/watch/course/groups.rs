//! Slow vehicles near one another on one road and in one direction, over the borders of links.

use super::slow::SlowVehicles;
use model::{Geometry, LatLon};
use roadnet::{Link, LinkIdx, Network};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A vehicle takes up this much of the road, in metres.
const VEHICLE_SPACE_M: f64 = 7.0;

/// A piece of a link.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Span {
    pub(super) link: u32,
    pub(super) from_m: f64,
    pub(super) to_m: f64,
}

/// Vehicles near one another.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// Where they are, without what lies between two links' vehicles.
    pub(super) spans: Vec<Span>,
    pub(super) vehicles: u32,
    pub(super) speed_sum_mps: f64,
    pub(super) geometry: Geometry,
    pub(super) length_m: f64,
    /// The rear end.
    pub(super) tail: LatLon,
    /// Where the first of them drives: link, and metres on it.
    pub(super) head: (LinkIdx, f64),
}

#[derive(Debug)]
struct Run {
    span: Span,
    vehicles: u32,
    speed_sum_mps: f64,
}

/// All groups; neighbours in one are at most `gap_m` apart.
pub(super) fn find(network: &Network, slow: &SlowVehicles, gap_m: f64) -> Vec<Group> {
    let runs = runs(network, slow, gap_m);
    let next: Vec<Option<Way>> = (0..runs.len()).map(|run| way_on(network, &runs, run, gap_m)).collect();
    let mut group_of: Vec<usize> = (0..runs.len()).collect();
    for (run, way) in next.iter().enumerate() {
        if let Some(way) = way {
            let (a, b) = (root(&group_of, run), root(&group_of, way.run));
            group_of[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for run in 0..runs.len() {
        groups.entry(root(&group_of, run)).or_default().push(run);
    }
    groups.values().map(|members| group(network, &runs, &next, members)).collect()
}

/// The vehicles of each link, cut where the gap is too wide.
fn runs(network: &Network, slow: &SlowVehicles, gap_m: f64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (link, vehicles) in slow.by_link() {
        let length_m = network.link(LinkIdx(link)).line.length_m();
        for vehicle in vehicles {
            let at_m = vehicle.offset_m.clamp(0.0, length_m);
            match runs.last_mut() {
                Some(run) if run.span.link == link && at_m - run.span.to_m <= gap_m => {
                    run.span.to_m = run.span.to_m.max(at_m);
                    run.vehicles += 1;
                    run.speed_sum_mps += vehicle.speed_mps;
                }
                _ => {
                    // Somebody at the very start of a link has some extent too.
                    let to_m = at_m.max(VEHICLE_SPACE_M.min(length_m));
                    let span = Span { link, from_m: (to_m - VEHICLE_SPACE_M).max(0.0), to_m };
                    runs.push(Run { span, vehicles: 1, speed_sum_mps: vehicle.speed_mps });
                }
            }
        }
    }
    runs
}

/// The way from one run to the next one ahead.
#[derive(Debug)]
struct Way {
    run: usize,
    /// Links in between that hold no run.
    between: Vec<LinkIdx>,
}

/// The nearest run ahead on the same road within reach of the last vehicle of a link.
fn way_on(network: &Network, runs: &[Run], run: usize, gap_m: f64) -> Option<Way> {
    let here = &runs[run].span;
    if runs.get(run + 1).is_some_and(|next| next.span.link == here.link) {
        return None;
    }
    let from = network.link(LinkIdx(here.link));
    let mut seen = BTreeSet::from([here.link]);
    let mut frontier = VecDeque::from([(LinkIdx(here.link), from.line.length_m() - here.to_m, Vec::new())]);
    while let Some((at, so_far_m, between)) = frontier.pop_front() {
        for ahead in network.outgoing(network.link(at).to) {
            let link = network.link(*ahead);
            if network.link(at).opposite == Some(*ahead) || !same_road(from, link) || !seen.insert(ahead.0) {
                continue;
            }
            let first = runs.partition_point(|run| run.span.link < ahead.0);
            match runs.get(first).filter(|run| run.span.link == ahead.0) {
                Some(run) if so_far_m + run.span.from_m <= gap_m => return Some(Way { run: first, between }),
                Some(_) => {}
                None if so_far_m + link.line.length_m() <= gap_m => {
                    let between = between.iter().copied().chain([*ahead]).collect();
                    frontier.push_back((*ahead, so_far_m + link.line.length_m(), between));
                }
                None => {}
            }
        }
    }
    None
}

/// Whether two links are the same road to people: by name, else by number, else by id.
fn same_road(a: &Link, b: &Link) -> bool {
    match (&a.name, &b.name, &a.reference, &b.reference) {
        (Some(a), Some(b), _, _) => a == b,
        (_, _, Some(a), Some(b)) => a == b,
        _ => a.road_id == b.road_id,
    }
}

fn root(group_of: &[usize], mut run: usize) -> usize {
    while group_of[run] != run {
        run = group_of[run];
    }
    run
}

fn group(network: &Network, runs: &[Run], next: &[Option<Way>], members: &[usize]) -> Group {
    let followed: BTreeSet<usize> =
        members.iter().filter_map(|run| next[*run].as_ref().map(|way| way.run)).collect();
    // Whoever nobody is behind comes first; in a ring somebody is behind everybody.
    let mut order: Vec<usize> = members.to_vec();
    order.sort_by_key(|run| followed.contains(run));
    let (mut lines, mut used) = (Vec::new(), BTreeSet::new());
    for start in order {
        if !used.contains(&start) {
            lines.push(chain(network, runs, next, start, &mut used));
        }
    }
    // The longest is the group's own line; the others are branches.
    let longest = (0..lines.len()).rev().max_by(|a, b| lines[*a].length_m.total_cmp(&lines[*b].length_m));
    lines.swap(0, longest.unwrap_or(0));
    let main = &lines[0];
    let spans: Vec<Span> = members.iter().map(|run| runs[*run].span).collect();
    Group {
        vehicles: members.iter().map(|run| runs[*run].vehicles).sum(),
        speed_sum_mps: members.iter().map(|run| runs[*run].speed_sum_mps).sum(),
        length_m: main.length_m,
        tail: main.points.first().copied().unwrap_or(LatLon::new(0.0, 0.0)),
        head: main.head,
        geometry: geometry(&lines),
        spans,
    }
}

struct Chain {
    points: Vec<LatLon>,
    length_m: f64,
    head: (LinkIdx, f64),
}

/// From a run forwards until the last one or one that is used already.
fn chain(
    network: &Network,
    runs: &[Run],
    next: &[Option<Way>],
    start: usize,
    used: &mut BTreeSet<usize>,
) -> Chain {
    let mut chain = Chain { points: Vec::new(), length_m: 0.0, head: (LinkIdx(0), 0.0) };
    let (mut run, mut from_m) = (start, runs[start].span.from_m);
    loop {
        used.insert(run);
        let span = runs[run].span;
        let link = LinkIdx(span.link);
        let onward = next[run].as_ref().filter(|way| !used.contains(&way.run));
        let to_m = if onward.is_some() { network.link(link).line.length_m() } else { span.to_m };
        chain.add(network, link, from_m, to_m);
        let Some(way) = onward else { return chain };
        for link in &way.between {
            chain.add(network, *link, 0.0, network.link(*link).line.length_m());
        }
        (run, from_m) = (way.run, 0.0);
    }
}

impl Chain {
    fn add(&mut self, network: &Network, link: LinkIdx, from_m: f64, to_m: f64) {
        for point in network.link(link).line.slice(from_m, to_m) {
            if self.points.last() != Some(&point) {
                self.points.push(point);
            }
        }
        self.length_m += to_m - from_m;
        self.head = (link, to_m);
    }
}

fn geometry(lines: &[Chain]) -> Geometry {
    let positions = |line: &Chain| match Geometry::line(&line.points) {
        Geometry::LineString(positions) => positions,
        Geometry::Point(_) | Geometry::MultiLineString(_) => Vec::new(),
    };
    match lines {
        [line] => Geometry::line(&line.points),
        lines => Geometry::MultiLineString(lines.iter().map(positions).collect()),
    }
}
