//! Which lanes lead where: to the right from the right, to the left from the left.

use roadnet::{Connection, LinkIdx, Network};

use super::street::Street;
use super::turns::{Side, connections, side, turn_deg};

/// The first and the last lane of the next link that a lane leads to; `None` where the turn cannot be made from it.
pub(crate) type Entry = Option<(u8, u8)>;

/// For each link that may follow, what each lane leads to there.
pub(crate) fn entries(
    network: &Network,
    streets: &[Street],
    from: LinkIdx,
    onward: &[LinkIdx],
) -> Vec<(LinkIdx, Box<[Entry]>)> {
    let lanes = streets[from.0 as usize].lanes;
    let given = connections(&network.rules().connections, from);
    if !given.is_empty() {
        return onward.iter().map(|&to| (to, given_entries(given, to, lanes))).collect();
    }
    let mut sorted: Vec<(f64, LinkIdx)> =
        onward.iter().map(|&to| (turn_deg(streets, from, to), to)).collect();
    // From the right to the left.
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let straight: Vec<LinkIdx> =
        sorted.iter().map(|&(_, to)| to).filter(|&to| side(streets, from, to) == Side::Straight).collect();
    let ways: Vec<LinkIdx> = sorted.iter().map(|&(_, to)| to).collect();
    onward
        .iter()
        .map(|&to| {
            let side = side(streets, from, to);
            let used = match side {
                Side::Straight => share(streets, &straight, to, lanes),
                _ if straight.is_empty() => share(streets, &ways, to, lanes),
                Side::Right => (0, 0),
                Side::Left => (lanes - 1, lanes - 1),
            };
            (to, spread(used, lanes, streets[to.0 as usize].lanes))
        })
        .collect()
}

/// What each lane leads to on a link, as the network's file says.
fn given_entries(given: &[Connection], to: LinkIdx, lanes: u8) -> Box<[Entry]> {
    let of = |lane: u8| {
        let own = given.iter().filter(|connection| connection.to == to && connection.from_lane == lane);
        let entered = own.map(|connection| connection.to_lane);
        Some((entered.clone().min()?, entered.max()?))
    };
    (0..lanes).map(of).collect()
}

/// The lanes of those that fork to `ways` (from the right to the left) from which one goes to `to`.
fn share(streets: &[Street], ways: &[LinkIdx], to: LinkIdx, lanes: u8) -> (u8, u8) {
    let wanted = |way: &LinkIdx| u32::from(streets[way.0 as usize].lanes);
    let total: u32 = ways.iter().map(wanted).sum();
    let before: u32 = ways.iter().take_while(|&&way| way != to).map(wanted).sum();
    let after = before + wanted(&to);
    let lanes = u32::from(lanes);
    if total <= lanes {
        // Enough lanes for all: each way its own, the rest to the last one.
        let last = if after == total { lanes } else { after };
        return (before as u8, (last - 1) as u8);
    }
    let first = before * lanes / total.max(1);
    let last = (after * lanes).div_ceil(total.max(1)).max(first + 1);
    (first as u8, (last - 1) as u8)
}

/// Lays the lanes `used` out over the `next` lanes of the following link, so that they never cross.
fn spread(used: (u8, u8), lanes: u8, next: u8) -> Box<[Entry]> {
    let (n, m) = (u32::from(used.1 - used.0) + 1, u32::from(next));
    let of = |lane: u8| {
        let nth = u32::from(lane.checked_sub(used.0).filter(|_| lane <= used.1)?);
        let first = nth * m / n;
        let last = ((nth + 1) * m).div_ceil(n) - 1;
        Some((first as u8, last.max(first) as u8))
    };
    (0..lanes).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_spread_without_crossing() {
        assert_eq!(*spread((0, 1), 2, 2), [Some((0, 0)), Some((1, 1))]);
        assert_eq!(*spread((0, 2), 3, 2), [Some((0, 0)), Some((0, 1)), Some((1, 1))]);
        assert_eq!(*spread((0, 0), 2, 3), [Some((0, 2)), None]);
        assert_eq!(*spread((1, 1), 2, 1), [None, Some((0, 0))]);
    }
}
