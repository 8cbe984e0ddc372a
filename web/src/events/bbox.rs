//! A rectangle on the globe.

use sqlx::{MySql, QueryBuilder};

/// A rectangle in degrees. If `west` is greater than `east` it goes across the 180th meridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    /// Western border.
    pub west: f64,
    /// Southern border.
    pub south: f64,
    /// Eastern border.
    pub east: f64,
    /// Northern border.
    pub north: f64,
}

impl Bbox {
    /// Narrows a statement with the table `events` as `e` to events inside.
    pub fn narrow(self, query: &mut QueryBuilder<MySql>) {
        query.push(" AND e.lat BETWEEN ").push_bind(self.south).push(" AND ").push_bind(self.north);
        let either = if self.west <= self.east { "AND" } else { "OR" };
        query.push(" AND (e.lon >= ").push_bind(self.west);
        query.push(format_args!(" {either} e.lon <= ")).push_bind(self.east).push(")");
    }
}
