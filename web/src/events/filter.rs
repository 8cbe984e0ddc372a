//! Which events are asked for.

use super::{Bbox, Cursor, read};
use crate::http::Params;
use crate::problem::Problem;
use model::{EventKind, Phase, Timestamp, VehicleId, ZoneId};

/// The parameters of `GET /api/v1/events`.
pub const PARAMETERS: [&str; 11] =
    ["type", "phase", "active", "from", "to", "bbox", "zone", "road", "vehicle", "limit", "cursor"];

/// The same without those of paging.
pub const UNPAGED_PARAMETERS: [&str; 9] =
    ["type", "phase", "active", "from", "to", "bbox", "zone", "road", "vehicle"];

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1_000;

/// Which events are asked for; what is `None` or empty does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Of one of these types.
    pub kinds: Vec<EventKind>,
    /// Whose latest revision is in this phase.
    pub phase: Option<Phase>,
    /// Whether they are accidents or jams that go on.
    pub active: Option<bool>,
    /// That occurred then or later.
    pub from: Option<Timestamp>,
    /// That occurred before then.
    pub to: Option<Timestamp>,
    /// Whose position is in this rectangle.
    pub bbox: Option<Bbox>,
    /// At this zone.
    pub zone: Option<ZoneId>,
    /// On this road.
    pub road: Option<String>,
    /// That this vehicle is involved in.
    pub vehicle: Option<VehicleId>,
    /// Most events on a page.
    pub limit: u32,
    /// Behind this place.
    pub cursor: Option<Cursor>,
}

impl Filter {
    /// Reads the parameters of a request.
    ///
    /// # Errors
    /// Names the first parameter that is wrong and says what is allowed.
    pub fn read(params: Params) -> Result<Self, Problem> {
        Self::of(&params.only(&PARAMETERS)?)
    }

    /// The same for what has no pages.
    ///
    /// # Errors
    /// Names the first parameter that is wrong and says what is allowed.
    pub fn read_unpaged(params: Params) -> Result<Self, Problem> {
        Self::of(&params.only(&UNPAGED_PARAMETERS)?)
    }

    fn of(params: &Params) -> Result<Self, Problem> {
        let (from, to) =
            (params.read("from", read::TIME, read::time)?, params.read("to", read::TIME, read::time)?);
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            return Err(Problem::parameter("to", &to.to_string(), format!("a time after `from`, {from}")));
        }
        Ok(Self {
            kinds: params.read("type", read::KINDS, read::kinds)?.unwrap_or_default(),
            phase: params.read("phase", "started, updated or ended", Phase::parse)?,
            active: params.read("active", "true or false", |text| text.parse().ok())?,
            from,
            to,
            bbox: params.read("bbox", read::BBOX, read::bbox)?,
            zone: params.read("zone", read::ID, |text| ZoneId::new(text).ok())?,
            road: params.read("road", read::ROAD, read::road)?,
            vehicle: params.read("vehicle", read::ID, |text| VehicleId::new(text).ok())?,
            limit: params.read("limit", "a number from 1 to 1000", limit)?.unwrap_or(DEFAULT_LIMIT),
            cursor: params.read("cursor", "the `next` of a page of events", |text| text.parse().ok())?,
        })
    }
}

fn limit(text: &str) -> Option<u32> {
    text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::FromRequestParts;
    use axum::http::Request;

    async fn read(query: &str) -> Result<Filter, Problem> {
        let (mut parts, ()) = Request::get(format!("/?{query}")).body(()).unwrap().into_parts();
        Filter::read(Params::from_request_parts(&mut parts, &()).await?)
    }

    #[tokio::test]
    async fn every_parameter_is_read() {
        let filter = read(
            "type=jam,accident&phase=ended&active=false&from=2025-10-09T08:00:00Z&to=2025-10-09T12:00:00+02:00\
             &bbox=24.9,60.1,25,60.2&zone=centre&road=42.1&vehicle=hsl:1&limit=7",
        )
        .await
        .unwrap();
        assert_eq!(filter.kinds, [EventKind::Accident, EventKind::Jam]);
        assert_eq!((filter.phase, filter.active, filter.limit), (Some(Phase::Ended), Some(false), 7));
        assert_eq!(filter.to.unwrap().to_string(), "2025-10-09T10:00:00.000Z");
        assert_eq!(filter.bbox, Some(Bbox { west: 24.9, south: 60.1, east: 25.0, north: 60.2 }));
        assert_eq!(read("").await.unwrap().limit, 100);
    }

    #[tokio::test]
    async fn what_is_out_of_range_is_refused_by_name() {
        for (query, name) in [
            ("type=crash", "type"),
            ("type=", "type"),
            ("phase=over", "phase"),
            ("active=1", "active"),
            ("from=yesterday", "from"),
            ("from=2025-10-09T08:00:00Z&to=2025-10-09T08:00:00Z", "to"),
            ("bbox=1,2,3", "bbox"),
            ("bbox=24,61,25,60", "bbox"),
            ("bbox=181,60,25,61", "bbox"),
            ("bbox=NaN,60,25,61", "bbox"),
            ("zone=a/b", "zone"),
            ("road=", "road"),
            ("vehicle=%C3%A9", "vehicle"),
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=-1", "limit"),
            ("cursor=abc", "cursor"),
            ("colour=red", "colour"),
        ] {
            let problem = read(query).await.unwrap_err();
            assert_eq!((problem.status, problem.parameter.as_deref()), (400, Some(name)), "{query}");
            assert!(problem.allowed.is_some(), "{query}");
        }
    }
}
