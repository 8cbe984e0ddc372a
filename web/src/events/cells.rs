//! Events by place: the cells of a grid of hundredths of a degree (some 1.1 by 0.6 km at 60° north), by which the database has an
//! index (`sql/0010_events_by_place.sql`).

use super::select::{WHOLE, end_page, narrow_to_time};
use super::{Bbox, Filter};
use model::EventKind;
use sqlx::{MySql, QueryBuilder};

/// Cells in a degree, each way.
const PER_DEGREE: f64 = 100.0;
/// Cells all around the globe.
const PER_ROW: u32 = 36_000;
/// Most cells that are asked for; a rectangle that covers more holds so much of what there is that the order of time finds it.
const MOST: u32 = 64;

/// The cells that a rectangle touches.
#[derive(Debug, PartialEq)]
pub struct Cells {
    numbers: Vec<u32>,
}

impl Cells {
    /// The cells to look in, if a rectangle of no more than 64 of them is asked for and nothing that their index does not know.
    pub fn of(filter: &Filter) -> Option<Self> {
        let Filter {
            phase: None, active: None, zone: None, road: None, vehicle: None, bbox: Some(bbox), ..
        } = filter
        else {
            return None;
        };
        Self::touched_by(*bbox)
    }

    fn touched_by(Bbox { west, south, east, north }: Bbox) -> Option<Self> {
        let rows = cell(south, 90.0)..=cell(north, 90.0);
        // Longitude 180 has a column of its own: events there are not counted as at -180.
        let columns = if west <= east {
            [Some(cell(west, 180.0)..=cell(east, 180.0)), None]
        } else {
            [Some(cell(west, 180.0)..=PER_ROW), Some(0..=cell(east, 180.0))]
        };
        let width: u32 = columns.iter().flatten().map(|part| part.end() - part.start() + 1).sum();
        let height = rows.end() - rows.start() + 1;
        (u64::from(width) * u64::from(height) <= u64::from(MOST)).then(|| Self {
            numbers: rows
                .flat_map(|row| columns.iter().flatten().cloned().flatten().map(move |c| row * PER_ROW + c))
                .collect(),
        })
    }

    /// The page of events in these cells: the newest of each type and cell, which the index has in order, then the newest of those.
    pub fn statement(&self, filter: &Filter) -> QueryBuilder<MySql> {
        let mut query = QueryBuilder::new(WHOLE);
        query.push("SELECT id, occurred_at FROM (");
        let kinds = if filter.kinds.is_empty() { &EventKind::ALL[..] } else { &filter.kinds };
        let mut between = "";
        for kind in kinds {
            for number in &self.numbers {
                query.push(between);
                query
                    .push("(SELECT e.id, e.occurred_at FROM events e FORCE INDEX (by_place) WHERE e.type = ");
                query.push_bind(kind.as_str()).push(" AND e.cell = ").push_bind(*number);
                if let Some(bbox) = filter.bbox {
                    bbox.narrow(&mut query);
                }
                narrow_to_time(&mut query, ["e.occurred_at", "e.id"], filter);
                query
                    .push(" ORDER BY e.occurred_at DESC, e.id DESC LIMIT ")
                    .push_bind(filter.limit + 1)
                    .push(")");
                between = " UNION ALL ";
            }
        }
        query.push(") found");
        end_page(&mut query, ["occurred_at", "id"], filter);
        query
    }
}

/// The row or column of a latitude or longitude, counted from `-limit`. The database calculates the same in the same order.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn cell(degrees: f64, limit: f64) -> u32 {
    ((degrees + limit) * PER_DEGREE).floor() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(west: f64, south: f64, east: f64, north: f64) -> Option<Vec<u32>> {
        Cells::touched_by(Bbox { west, south, east, north }).map(|cells| cells.numbers)
    }

    #[test]
    fn a_rectangle_touches_every_cell_that_it_reaches_into() {
        let corner = 15_012 * PER_ROW + 20_484;
        assert_eq!(cells(24.845, 60.125, 24.846, 60.126), Some(vec![corner]));
        let four = vec![corner, corner + 1, corner + PER_ROW, corner + PER_ROW + 1];
        assert_eq!(cells(24.845, 60.125, 24.855, 60.135), Some(four));
        assert_eq!(cells(24.0, 60.0, 24.5, 60.5), None, "too many");
        assert_eq!(cells(-180.0, -90.0, 180.0, 90.0), None, "too many");
    }

    #[test]
    fn across_the_180th_meridian_both_sides_are_asked() {
        let row = 9_000 * PER_ROW;
        assert_eq!(
            cells(179.995, 0.001, -179.985, 0.002),
            Some(vec![row + 35_999, row + 36_000, row, row + 1])
        );
    }
}
