//! The segments near a place: a grid of cells, each with all segments within reach of any of its points.

use super::segments::Segments;
use std::collections::HashMap;

/// Side of a cell in metres.
const CELL_M: f32 = 64.0;
/// What is within this distance of a cell is listed in it, in metres: one look suffices for a smaller radius.
pub(super) const REACH_M: f32 = 32.0;

#[derive(Debug)]
pub(super) struct Grid {
    /// Where a cell's segments begin and end in `listed`.
    cells: HashMap<(i32, i32), (u32, u32)>,
    listed: Vec<u32>,
}

impl Grid {
    pub(super) fn new(segments: &Segments) -> Self {
        let mut by_cell: Vec<((i32, i32), u32)> = Vec::new();
        for (number, segment) in segments.rows.iter().enumerate() {
            let (x, y) = (segment.x_m, segment.y_m);
            let (to_x, to_y) = (x + segment.east * segment.length_m, y + segment.north * segment.length_m);
            for column in cell(x.min(to_x) - REACH_M)..=cell(x.max(to_x) + REACH_M) {
                for row in cell(y.min(to_y) - REACH_M)..=cell(y.max(to_y) + REACH_M) {
                    let (centre_x, centre_y) = ((column as f32 + 0.5) * CELL_M, (row as f32 + 0.5) * CELL_M);
                    let (_, off_m, _) = segment.project(centre_x, centre_y);
                    if off_m <= REACH_M + CELL_M * std::f32::consts::FRAC_1_SQRT_2 {
                        by_cell.push(((column, row), number as u32));
                    }
                }
            }
        }
        by_cell.sort_unstable();
        let mut cells = HashMap::new();
        let mut begin = 0;
        for run in by_cell.chunk_by(|a, b| a.0 == b.0) {
            let end = begin + run.len() as u32;
            cells.insert(run[0].0, (begin, end));
            begin = end;
        }
        Self { cells, listed: by_cell.into_iter().map(|(_, number)| number).collect() }
    }

    /// Every segment within `radius_m` of the place and some more, each perhaps more than once.
    pub(super) fn near(&self, x_m: f32, y_m: f32, radius_m: f32) -> impl Iterator<Item = u32> + '_ {
        let wider = (radius_m - REACH_M).max(0.0);
        let columns = cell(x_m - wider)..=cell(x_m + wider);
        let rows = cell(y_m - wider)..=cell(y_m + wider);
        columns
            .flat_map(move |column| rows.clone().map(move |row| (column, row)))
            .filter_map(|at| self.cells.get(&at))
            .flat_map(|(begin, end)| &self.listed[*begin as usize..*end as usize])
            .copied()
    }
}

#[allow(clippy::cast_possible_truncation)] // saturates far outside any network
fn cell(metres: f32) -> i32 {
    // Held far from the ends of i32, so that ranges of cells stay small even for absurd places.
    (metres / CELL_M).floor().clamp(-1e8, 1e8) as i32
}
