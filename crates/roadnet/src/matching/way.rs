//! The way along the road from one place to another, for whoever must know what lies between two sightings.

use super::matcher::{Matcher, Place};
use crate::LinkIdx;
use model::LatLon;

/// At most so many links are looked at.
const MAX_LINKS: usize = 64;

/// So far before and after a junction vehicles may leave the lines of their links to turn from one into the other, in
/// metres.
const TURN_M: f32 = 15.0;

/// A link that can be reached: its beginning is so far from the start, and it was reached from the one at this index.
struct Reached {
    link: u32,
    begins_m: f32,
    from: usize,
    is_done: bool,
}

impl Matcher {
    /// The corners of the shortest way along the road from one place to another, its ends left out; `None` if there is
    /// none of at most `most_m` metres.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn way(&self, from: &Place, to: &Place, most_m: f64) -> Option<Vec<LatLon>> {
        let most_m = most_m as f32;
        if from.link == to.link && to.offset_m >= from.offset_m {
            let mut corners = Vec::new();
            self.corners(from.link, from.offset_m, to.offset_m, &mut corners);
            return (to.offset_m - from.offset_m <= most_m).then_some(corners);
        }
        let mut reached =
            vec![Reached { link: from.link.0, begins_m: -from.offset_m, from: usize::MAX, is_done: false }];
        let goal = loop {
            // Few are open at any time: a heap would not pay.
            let next = (0..reached.len())
                .filter(|i| !reached[*i].is_done)
                .min_by(|a, b| reached[*a].begins_m.total_cmp(&reached[*b].begins_m))?;
            reached[next].is_done = true;
            let (link, begins_m) = (reached[next].link, reached[next].begins_m);
            if next > 0 && link == to.link.0 {
                break (begins_m + to.offset_m <= most_m).then_some(next)?;
            }
            let ends_m = begins_m + self.length_m(LinkIdx(link));
            if ends_m > most_m || reached.len() > MAX_LINKS {
                continue;
            }
            let here = self.network().link(LinkIdx(link));
            let onward = self.network().outgoing(here.to);
            for next_link in onward {
                let turns_back = here.opposite == Some(*next_link) && onward.len() > 1;
                if turns_back {
                    continue;
                }
                match reached.iter_mut().skip(1).find(|known| known.link == next_link.0) {
                    Some(known) if known.begins_m <= ends_m => {}
                    Some(known) => (known.begins_m, known.from) = (ends_m, next),
                    None => reached.push(Reached {
                        link: next_link.0,
                        begins_m: ends_m,
                        from: next,
                        is_done: false,
                    }),
                }
            }
        };
        let mut links = Vec::new();
        let mut at = goal;
        while at != usize::MAX {
            links.push(LinkIdx(reached[at].link));
            at = reached[at].from;
        }
        let mut corners = Vec::new();
        for (i, link) in links.iter().rev().enumerate() {
            let length_m = self.length_m(*link);
            let cut_m = TURN_M.min(length_m / 2.0);
            let (is_first, is_last) = (i == 0, i + 1 == links.len());
            let begin_m = if is_first { from.offset_m } else { cut_m };
            let end_m = if is_last { to.offset_m } else { length_m - cut_m };
            if begin_m > end_m {
                continue;
            }
            let line = &self.network().link(*link).line;
            if !is_first {
                corners.push(line.point_at(f64::from(begin_m)));
            }
            self.corners(*link, begin_m, end_m, &mut corners);
            if !is_last {
                corners.push(line.point_at(f64::from(end_m)));
            }
        }
        Some(corners)
    }

    /// The corners of a link strictly between two offsets.
    fn corners(&self, link: LinkIdx, from_m: f32, to_m: f32, corners: &mut Vec<LatLon>) {
        let line = &self.network().link(link).line;
        // Offsets on a place are measured on the plane, those of the line on the globe: the same within a thousandth.
        let slice = line.slice(f64::from(from_m), f64::from(to_m));
        if slice.len() > 2 {
            corners.extend_from_slice(&slice[1..slice.len() - 1]);
        }
    }
}
