//! What is to be counted.

use super::Zone;
use crate::events::{Bbox, read};
use crate::http::Params;
use crate::problem::Problem;
use model::{EventKind, Timestamp, ZoneId};
use serde::Serialize;
use utoipa::ToSchema;

/// Longest time that is looked at, in days: a year and a month, so that a year can be held against the one before.
pub const MAX_DAYS: i64 = 400;
const DAY_MS: i64 = 86_400_000;
/// The time that is looked at unless said otherwise, in days.
const DEFAULT_DAYS: i64 = 7;
/// Longest time that is shown hour by hour, in days.
const MAX_DAYS_BY_HOUR: i64 = 31;
const DEFAULT_ROWS: u32 = 20;
const MAX_ROWS: u32 = 200;

/// What is to be counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Of these types; never empty.
    pub kinds: Vec<EventKind>,
    /// That occurred then or later.
    pub from: Timestamp,
    /// That occurred before then.
    pub to: Timestamp,
    /// On this road.
    pub road: Option<String>,
    /// At this zone.
    pub zone: Option<ZoneId>,
    /// Whose position is in this rectangle.
    pub bbox: Option<Bbox>,
    /// Whose days and hours are meant.
    pub time_zone: Zone,
    /// How finely time is divided.
    pub step: Step,
    /// Most rows of a table.
    pub limit: u32,
    /// Which rows of a table come first.
    pub order: Order,
}

/// How finely time is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// By the hour.
    Hour,
    /// By the day of the time zone.
    Day,
}

/// Which roads come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Those with most minutes of jam.
    JamMinutes,
    /// Those where most time was lost.
    Delay,
    /// Those with most accidents.
    Accidents,
}

/// What was counted, as it was understood, so that a chart can say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Query {
    /// Types of event.
    #[schema(value_type = Vec<crate::openapi::schema::EventType>)]
    pub types: Vec<EventKind>,
    /// Occurred then or later.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Occurred before then.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// Whose days and hours are meant.
    pub time_zone: String,
}

impl Ask {
    /// Reads the parameters of a request that knows those named `known`; `kinds` are counted unless it names others.
    ///
    /// # Errors
    /// Names the first parameter that is wrong and says what is allowed.
    pub fn read(
        params: Params,
        known: &[&str],
        kinds: &[EventKind],
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let params = params.only(known)?;
        let to = params.read("to", read::TIME, read::time)?;
        let from = params.read("from", read::TIME, read::time)?;
        let (from, to) = match (from, to) {
            (Some(from), to) => (from, to.unwrap_or(now)),
            (None, to) => {
                let to = to.unwrap_or(now);
                (to - DEFAULT_DAYS * DAY_MS, to)
            }
        };
        let days = to.since_ms(from);
        if days <= 0 || days > MAX_DAYS * DAY_MS {
            let allowed = format!("a time after `from`, {from}, and at most {MAX_DAYS} days later");
            return Err(Problem::parameter("to", &to.to_string(), allowed));
        }
        let by_hour = days <= MAX_DAYS_BY_HOUR * DAY_MS;
        let steps = if by_hour { "hour or day" } else { "day; by the hour at most 31 days are shown" };
        let step = params
            .read("step", steps, |text| match text {
                "hour" if by_hour => Some(Step::Hour),
                "day" => Some(Step::Day),
                _ => None,
            })?
            .unwrap_or(if days <= 3 * DAY_MS { Step::Hour } else { Step::Day });
        Ok(Self {
            kinds: params.read("type", read::KINDS, read::kinds)?.unwrap_or_else(|| kinds.to_vec()),
            from,
            to,
            road: params.read("road", read::ROAD, read::road)?,
            zone: params.read("zone", read::ID, |text| ZoneId::new(text).ok())?,
            bbox: params.read("bbox", read::BBOX, read::bbox)?,
            time_zone: params
                .read(
                    "time_zone",
                    "a name of the IANA time zone database, such as Europe/Helsinki",
                    Zone::named,
                )?
                .unwrap_or_default(),
            step,
            limit: params.read("limit", "a number from 1 to 200", limit)?.unwrap_or(DEFAULT_ROWS),
            order: params
                .read("order", "jam_minutes, delay or accidents", order)?
                .unwrap_or(Order::JamMinutes),
        })
    }

    /// What was understood.
    #[must_use]
    pub fn query(&self) -> Query {
        Query {
            types: self.kinds.clone(),
            from: self.from,
            to: self.to,
            time_zone: self.time_zone.name().to_owned(),
        }
    }
}

fn limit(text: &str) -> Option<u32> {
    text.parse().ok().filter(|limit| (1..=MAX_ROWS).contains(limit))
}

fn order(text: &str) -> Option<Order> {
    match text {
        "jam_minutes" => Some(Order::JamMinutes),
        "delay" => Some(Order::Delay),
        "accidents" => Some(Order::Accidents),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::FromRequestParts;
    use axum::http::Request;

    const KNOWN: [&str; 10] =
        ["type", "from", "to", "road", "zone", "bbox", "time_zone", "step", "limit", "order"];

    async fn read(query: &str) -> Result<Ask, Problem> {
        let (mut parts, ()) = Request::get(format!("/?{query}")).body(()).unwrap().into_parts();
        let params = Params::from_request_parts(&mut parts, &()).await?;
        Ask::read(params, &KNOWN, &EventKind::ALL, Timestamp::from_ms_clamped(1_760_000_000_000))
    }

    #[tokio::test]
    async fn a_week_of_everything_unless_said_otherwise() {
        let ask = read("").await.unwrap();
        assert_eq!(ask.kinds, EventKind::ALL);
        assert_eq!(ask.from.to_string(), "2025-10-02T08:53:20.000Z");
        assert_eq!(ask.to.to_string(), "2025-10-09T08:53:20.000Z");
        assert_eq!((ask.step, ask.time_zone.name(), ask.limit), (Step::Day, "UTC", 20));
        let day = read("from=2025-10-08T08:53:20Z").await.unwrap();
        assert_eq!((day.step, day.to), (Step::Hour, ask.to));
    }

    #[tokio::test]
    async fn what_is_too_much_or_makes_no_sense_is_refused_by_name() {
        for (query, name) in [
            ("from=2020-01-01T00:00:00Z", "to"),
            ("from=2025-10-10T00:00:00Z", "to"),
            ("from=2025-08-01T00:00:00Z&step=hour", "step"),
            ("step=minute", "step"),
            ("time_zone=Europe/Nowhere", "time_zone"),
            ("limit=201", "limit"),
            ("order=name", "order"),
            ("type=crash", "type"),
            ("phase=ended", "phase"),
        ] {
            let problem = read(query).await.unwrap_err();
            assert_eq!((problem.status, problem.parameter.as_deref()), (400, Some(name)), "{query}");
        }
    }
}
