//! The requests for events.

use super::{Cursor, Filter, select};
use crate::app::App;
use crate::http::Params;
use crate::openapi::parameters::OfEvents;
use crate::openapi::schema;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use model::{Event, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of events, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// The latest revision of each event.
    #[schema(value_type = Vec<schema::Event>)]
    pub events: Vec<Event>,
    /// The `cursor` of the next page; null on the last.
    pub next: Option<String>,
}

/// An event and how it came to be what it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventWithRevisions {
    /// The latest revision.
    #[schema(value_type = schema::Event)]
    pub event: Event,
    /// All stored revisions, first to last.
    pub revisions: Vec<Revision>,
}

/// A revision of an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Revision {
    /// Counts from 1.
    #[schema(minimum = 1)]
    pub revision: u32,
    /// When it was stored.
    #[schema(value_type = String, format = DateTime)]
    pub stored_at: Timestamp,
    /// The event as it was then.
    #[schema(value_type = schema::Event)]
    pub event: Event,
}

/// Events, newest first
///
/// The latest revision of each event that matches all given parameters, ordered by `occurred_at`, newest first. For the
/// next page give `next` as `cursor` and leave the other parameters as they were; events that come in meanwhile do not
/// shift the pages.
#[utoipa::path(
    get, path = "/events", tag = "events",
    params(
        OfEvents,
        ("limit" = Option<u32>, Query, description = "Most events on a page; 100 unless given.", minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = EventPage),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away or needed too long.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_events(State(app): State<App>, params: Params) -> Result<Json<EventPage>, Problem> {
    let filter = Filter::read(params)?;
    let (events, more) = app.database.ask(select::events(app.database.pool(), &filter)).await?;
    let next = events.last().filter(|_| more).map(|event| Cursor::of(event).to_string());
    Ok(Json(EventPage { events, next }))
}

/// One event with its revisions
#[utoipa::path(
    get, path = "/events/{id}", tag = "events",
    params(("id" = String, Path, format = "uuid", description = "Id of the event.", example = "0199c82c-c07b-8b69-8d22-62a8b423422c")),
    responses(
        (status = 200, description = "The event.", body = EventWithRevisions),
        (status = 400, description = "Not an id.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such event.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_event(
    State(app): State<App>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Json<EventWithRevisions>, Problem> {
    params.only(&[])?;
    let id = id.parse().map_err(|_| Problem::parameter("id", &id, "the id of an event: a UUID"))?;
    let stored = app.database.ask(select::revisions(app.database.pool(), id)).await?;
    let revisions: Vec<Revision> = stored
        .into_iter()
        .map(|(revision, stored_at, body)| {
            let stored_at_ms = stored_at.unix_timestamp_nanos() / 1_000_000;
            let stored_at = Timestamp::from_ms_clamped(i64::try_from(stored_at_ms).unwrap_or_default());
            Revision { revision, stored_at, event: body.0 }
        })
        .collect();
    let latest = revisions.last().map(|revision| revision.event.clone());
    let event = latest.ok_or_else(|| Problem::not_found(format!("there is no event {id}")))?;
    Ok(Json(EventWithRevisions { event, revisions }))
}
