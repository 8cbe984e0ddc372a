//! How many lanes each direction has.

use super::Tags;
use super::oneway::Flow;

/// More lanes than any road has.
const MOST_LANES: f64 = 16.0;

/// The lanes forward and backward, each `None` where nothing usable is tagged. Of the total of a two-way road each
/// side gets half, rounded down, at least one: the odd lane is mostly one for turning.
pub(super) fn lanes(tags: &Tags, flow: Flow) -> (Option<u8>, Option<u8>) {
    let total = read(tags, "lanes");
    let (forward, backward) = (read(tags, "lanes:forward"), read(tags, "lanes:backward"));
    match flow {
        Flow::ForwardOnly => (forward.or(total), None),
        Flow::BackwardOnly => (None, backward.or(total)),
        Flow::Both => {
            let rest = |known: Option<u8>| Some(total?.saturating_sub(known?).max(1));
            let half = total.map(|lanes| (lanes / 2).max(1));
            (forward.or(rest(backward)).or(half), backward.or(rest(forward)).or(half))
        }
    }
}

/// A count of lanes; of several (`2;3`) the first.
fn read(tags: &Tags, key: &str) -> Option<u8> {
    let first = tags.get(key)?.split([';', '|', ',']).next()?.trim();
    let count: f64 = first.parse().ok()?;
    (count >= 1.0).then(|| count.min(MOST_LANES) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)], flow: Flow, expected: (Option<u8>, Option<u8>)) {
        let tags: Tags = pairs.iter().copied().collect();
        assert_eq!(lanes(&tags, flow), expected, "{pairs:?}");
    }

    #[test]
    fn a_one_way_road_has_all_its_lanes_in_its_direction() {
        check(&[("lanes", "3")], Flow::ForwardOnly, (Some(3), None));
        check(&[("lanes", "3")], Flow::BackwardOnly, (None, Some(3)));
    }

    #[test]
    fn a_two_way_road_shares_its_lanes() {
        check(&[("lanes", "4")], Flow::Both, (Some(2), Some(2)));
        check(&[("lanes", "3")], Flow::Both, (Some(1), Some(1)));
        check(&[("lanes", "1")], Flow::Both, (Some(1), Some(1)));
    }

    #[test]
    fn lanes_by_direction_come_first() {
        check(&[("lanes", "3"), ("lanes:forward", "2")], Flow::Both, (Some(2), Some(1)));
        check(&[("lanes", "5"), ("lanes:backward", "2")], Flow::Both, (Some(3), Some(2)));
        check(&[("lanes:forward", "2"), ("lanes:backward", "1")], Flow::Both, (Some(2), Some(1)));
    }

    #[test]
    fn what_is_no_count_is_left_out() {
        for value in ["many", "0", "-2", "NaN", ""] {
            check(&[("lanes", value)], Flow::Both, (None, None));
        }
        check(&[("lanes", "2;3")], Flow::ForwardOnly, (Some(2), None));
        check(&[("lanes", "4000")], Flow::ForwardOnly, (Some(16), None));
    }
}
