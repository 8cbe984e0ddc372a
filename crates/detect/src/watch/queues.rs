//! Queues: vehicles that stand or creep behind one another, along links and over their borders.

use super::lights::Lights;
use super::occupant::Occupant;
use super::second_red::SecondRed;
use model::{Geometry, LatLon, Timestamp};
use roadnet::{LinkIdx, Network};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A vehicle's place in a queue reaches this far back, in metres.
const VEHICLE_SPACE_M: f64 = 7.0;
/// What a vehicle takes up in a standing queue, in metres, and what it keeps besides when it moves, in seconds.
const STANDING_SPACING_M: f64 = 7.5;
const HEADWAY_S: f64 = 1.2;
/// A gap of so many usual ones between those that report is likely to be a gap indeed.
const GAPS: f64 = 3.0;
/// A queue whose head is no farther than this from a stop line waits for the light, in metres; or two usual gaps farther, as
/// its head need not report.
const AT_LIGHT_M: f64 = 45.0;
/// Where queues run together from everywhere, so many heads are looked at, those with most vehicles first.
const MAX_HEADS: usize = 8;
/// Who has lost less than this has just driven off from the line, and makes no queue beyond the junction, in seconds.
const DRIVING_OFF_S: f64 = 6.0;
/// However few report, those farther apart than this are not in one queue for it, in metres.
const MAX_GAP_M: f64 = 200.0;

/// Queueing vehicles on one link with no gap between them.
#[derive(Debug)]
struct Run {
    link: LinkIdx,
    from_m: f64,
    to_m: f64,
    vehicles: u32,
    speed_sum_mps: f64,
    plight: Plight,
}

/// How those in a queue fare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plight {
    /// Since when the first of them has been slow.
    pub(crate) slow_since: Timestamp,
    /// The most time that one of them has lost, in seconds.
    pub(crate) lost_s: f64,
    /// Since when somebody has waited through a second red before one light.
    pub(crate) left_over_since: Option<Timestamp>,
    /// The longest way that one of them has come in the queue, in metres.
    pub(crate) swept_m: f64,
}

impl Plight {
    fn of(occupant: &Occupant, red_s: f64) -> Self {
        let second = occupant.second_red.since(red_s, occupant.ts);
        let by_time = || SecondRed::by_time(occupant.lost_since, red_s, occupant.ts);
        Self {
            slow_since: occupant.slow_since.unwrap_or(occupant.ts),
            lost_s: occupant.lost_s,
            left_over_since: second.or_else(|| if occupant.lost_s >= red_s { by_time() } else { None }),
            swept_m: f64::from(occupant.swept_m),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            slow_since: self.slow_since.min(other.slow_since),
            lost_s: self.lost_s.max(other.lost_s),
            left_over_since: match (self.left_over_since, other.left_over_since) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
            swept_m: self.swept_m.max(other.swept_m),
        }
    }
}

/// Where a run goes on: the next run, and the links between them that hold none.
#[derive(Debug, Clone)]
struct Step {
    run: usize,
    between: Vec<LinkIdx>,
    over_junction: bool,
}

/// Length of the queue from a run to the head, and the step that leads there.
type Reached<'a> = (f64, Option<(usize, &'a Step)>);

/// One queue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Queue {
    /// Where it stands: on which links, from and to how many metres from their beginnings.
    pub(crate) pieces: BTreeMap<u32, (f64, f64)>,
    /// The link its head stands on.
    pub(crate) head: LinkIdx,
    /// Those that report.
    pub(crate) vehicles: u32,
    /// All that there are likely to be.
    pub(crate) estimated: f64,
    pub(crate) mean_speed_mps: f64,
    /// Along the road from the tail to the head, branches not counted.
    pub(crate) length_m: f64,
    /// Time to drive its length without the queue.
    pub(crate) free_flow_s: f64,
    /// Tail first.
    pub(crate) geometry: Geometry,
    pub(crate) tail: LatLon,
    pub(crate) plight: Plight,
    /// Whether part of it is where vehicles wait for a traffic light.
    pub(crate) before_light: bool,
    /// Whether it is in mid-block: on the way to a light, and too far from it to wait for it.
    pub(crate) in_block: bool,
}

impl Queue {
    /// Whether it is more than a light that works as it should: none is before it, or its green has left somebody over.
    pub(crate) fn is_held_up(&self) -> bool {
        !self.before_light || self.plight.left_over_since.is_some()
    }
}

/// The road as queues see it.
pub(crate) struct Scene<'a> {
    pub(crate) network: &'a Network,
    pub(crate) lights: &'a Lights,
    /// The share of all vehicles that report.
    pub(crate) share: f64,
    /// The longest that a light is usually red, in seconds.
    pub(crate) red_s: f64,
    /// How far apart two of one queue may be, in metres, where all report.
    pub(crate) max_gap_m: f64,
    /// So many vehicles, reporting or not, are a queue.
    pub(crate) least_vehicles: f64,
}

impl Scene<'_> {
    /// How many of those that report stand on a metre of road.
    fn density_per_m(&self, link: LinkIdx, speed_mps: f64) -> f64 {
        self.share / spacing_m(self.network, link, speed_mps)
    }

    /// How far apart two of one queue may be: not all that stand between them report.
    fn gap_m(&self, link: LinkIdx) -> f64 {
        let usual_m = 1.0 / self.density_per_m(link, 0.0);
        (GAPS * usual_m).clamp(self.max_gap_m, self.max_gap_m.max(MAX_GAP_M))
    }
}

/// How far apart vehicles in a queue are along the road, all lanes taken together, in metres.
fn spacing_m(network: &Network, link: LinkIdx, speed_mps: f64) -> f64 {
    (STANDING_SPACING_M + HEADWAY_S * speed_mps) / usable_lanes(network.link(link).lanes)
}

/// Lanes side by side, as far as those in a queue use them alike.
pub(crate) fn usable_lanes(lanes: u8) -> f64 {
    1.0 + 0.5 * f64::from(lanes.saturating_sub(1))
}

/// All queues that the queueing vehicles make.
pub(crate) fn find(scene: &Scene<'_>, queueing: &BTreeMap<u32, Vec<&Occupant>>) -> Vec<Queue> {
    let runs = runs(scene, queueing);
    let first: BTreeMap<LinkIdx, usize> =
        runs.iter().enumerate().rev().map(|(index, run)| (run.link, index)).collect();
    let steps = (0..runs.len()).map(|run| steps(scene, &runs, &first, run)).collect();
    let steps = held_together(scene, &runs, steps);
    clusters(&steps).into_iter().map(|members| queue(scene, &runs, &steps, &members)).collect()
}

fn runs(scene: &Scene<'_>, queueing: &BTreeMap<u32, Vec<&Occupant>>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (link, occupants) in queueing {
        let link = LinkIdx(*link);
        let gap_m = scene.gap_m(link);
        for occupant in occupants {
            let offset_m = occupant.offset_m;
            let speed_mps = occupant.speed_mps;
            match runs.last_mut() {
                Some(run) if run.link == link && offset_m - run.to_m <= gap_m => {
                    run.to_m = offset_m;
                    run.vehicles += 1;
                    run.speed_sum_mps += speed_mps;
                    run.plight = run.plight.and(Plight::of(occupant, scene.red_s));
                }
                _ => runs.push(Run {
                    link,
                    from_m: (offset_m - VEHICLE_SPACE_M).max(0.0),
                    to_m: offset_m,
                    vehicles: 1,
                    speed_sum_mps: speed_mps,
                    plight: Plight::of(occupant, scene.red_s),
                }),
            }
        }
    }
    runs
}

/// The runs that a run goes on in, within the gap along the road.
fn steps(scene: &Scene<'_>, runs: &[Run], first: &BTreeMap<LinkIdx, usize>, from: usize) -> Vec<Step> {
    let network = scene.network;
    let run = &runs[from];
    let link = network.link(run.link);
    // A later run on the same link is farther than the gap, or it would be the same run.
    if runs.get(from + 1).is_some_and(|next| next.link == run.link) {
        return Vec::new();
    }
    let max_gap_m = scene.gap_m(run.link);
    let mut found = Vec::new();
    let mut frontier = VecDeque::from([(run.link, link.line.length_m() - run.to_m, Vec::new(), false)]);
    while let Some((at, gap_m, between, over_junction)) = frontier.pop_front() {
        let over_junction = over_junction || !network.goes_on(at);
        for next in network.ways_on(at) {
            if between.contains(&next) || next == run.link {
                continue;
            }
            match first.get(&next) {
                Some(&index) if gap_m + runs[index].from_m <= max_gap_m => {
                    found.push(Step { run: index, between: between.clone(), over_junction });
                }
                Some(_) => {}
                None => {
                    let gap_m = gap_m + network.link(next).line.length_m();
                    if gap_m <= max_gap_m {
                        let mut between = between.clone();
                        between.push(next);
                        frontier.push_back((next, gap_m, between, over_junction));
                    }
                }
            }
        }
    }
    found
}

/// Of all steps those that make one queue. Over a junction a queue only goes on into one that stands beyond: who has driven off
/// from the line is slow for a while, and must not make one queue of those who wait for red in all the arms of the junction.
fn held_together(scene: &Scene<'_>, runs: &[Run], steps: Vec<Vec<Step>>) -> Vec<Vec<Step>> {
    let mut pending: Vec<(usize, Step)> = Vec::new();
    let mut held: Vec<Vec<Step>> = Vec::with_capacity(steps.len());
    for (from, steps) in steps.into_iter().enumerate() {
        let (over, on): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(|step| step.over_junction);
        held.push(on);
        pending.extend(over.into_iter().map(|step| (from, step)));
    }
    // A queue may stand back over several junctions: what has become long enough may reach over the next.
    while !pending.is_empty() {
        let mut is_queue = vec![false; runs.len()];
        for members in clusters(&held) {
            let vehicles: u32 = members.iter().map(|member| runs[*member].vehicles).sum();
            let is_long = f64::from(vehicles) >= scene.least_vehicles * scene.share;
            let stands = members.iter().any(|member| runs[*member].plight.lost_s >= DRIVING_OFF_S);
            members.iter().for_each(|member| is_queue[*member] = is_long && stands);
        }
        let (joins, rest): (Vec<_>, Vec<_>) = pending.into_iter().partition(|(_, step)| is_queue[step.run]);
        if joins.is_empty() {
            break;
        }
        joins.into_iter().for_each(|(from, step)| held[from].push(step));
        pending = rest;
    }
    held
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

fn queue(scene: &Scene<'_>, runs: &[Run], steps: &[Vec<Step>], members: &[usize]) -> Queue {
    let network = scene.network;
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
    let mean_speed_mps = speed_sum_mps / f64::from(vehicles.max(1));
    let mut pieces: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for member in members {
        let run = &runs[*member];
        let piece = pieces.entry(run.link.0).or_insert((run.from_m, run.to_m));
        *piece = (piece.0.min(run.from_m), piece.1.max(run.to_m));
    }
    let plight =
        members.iter().skip(1).fold(runs[members[0]].plight, |all, member| all.and(runs[*member].plight));
    let ahead = |member: &usize| scene.lights.ahead_m(runs[*member].link, runs[*member].to_m);
    // Beyond the first and the last that report there are others: half a usual gap at either end.
    let unseen_m = 1.0 / scene.density_per_m(runs[head].link, mean_speed_mps);
    Queue {
        head: runs[head].link,
        vehicles,
        estimated: f64::from(vehicles) / scene.share,
        mean_speed_mps,
        length_m: main.length_m.max(plight.swept_m) + (unseen_m - VEHICLE_SPACE_M).max(0.0),
        free_flow_s: main.free_flow_s,
        geometry,
        tail,
        in_block: members.iter().any(|member| ahead(member).is_some()),
        before_light: members
            .iter()
            .any(|member| ahead(member).is_some_and(|ahead_m| ahead_m <= AT_LIGHT_M + 2.0 * unseen_m)),
        pieces,
        plight,
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
    let mut heads: Vec<usize> = members.iter().copied().filter(|member| steps[*member].is_empty()).collect();
    if heads.is_empty() {
        // In a ring of queues nobody is the head; then the first will do.
        heads.push(members[0]);
    }
    heads.sort_by_key(|head| (std::cmp::Reverse(runs[*head].vehicles), *head));
    heads.truncate(MAX_HEADS);
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
            let mut path = vec![Step { run: *tail, between: Vec::new(), over_junction: false }];
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
