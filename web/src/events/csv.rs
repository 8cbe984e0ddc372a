//! The history as comma-separated values (RFC 4180), as long as it may be: read page by page behind a cursor, so that
//! neither this program nor the database holds more than one page.

use super::{Cursor, Filter, select};
use crate::app::App;
use crate::database::Database;
use crate::http::Params;
use crate::openapi::parameters::OfEvents;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use model::{Event, VehicleId};
use std::fmt::Write;

/// Events read at once.
const PAGE: u32 = 2_000;
const HEAD: &str = "id,revision,type,phase,occurred_at,detected_at,ended_at,lat,lon,road_id,road_name,zone_id,zone_name,\
    vehicles,confidence\r\n";

/// Events as CSV, newest first
///
/// All events that match the parameters, one line each, without an end to their number. Several vehicles stand in one
/// field with blanks between. If something fails on the way the connection is closed before the end.
#[utoipa::path(
    get, path = "/events.csv", tag = "events",
    params(
        OfEvents,
    ),
    responses(
        (status = 200, description = "The events.", body = String, content_type = "text/csv"),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away or needed too long.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export_events(State(app): State<App>, params: Params) -> Result<Response, Problem> {
    let filter = Filter { limit: PAGE, ..Filter::read_unpaged(params)? };
    // The first page is read before the answer begins, so that what is wrong can still be told.
    let (first, rest) = page(&app.database, filter, HEAD.to_owned()).await?;
    let rest = stream::try_unfold((app.database, rest), async |(database, rest)| {
        let Some(filter) = rest else { return Ok(None) };
        match page(&database, filter, String::new()).await {
            Ok((text, rest)) => Ok(Some((text, (database, rest)))),
            Err(problem) => Err(std::io::Error::other(problem.detail)),
        }
    });
    let parts = futures::StreamExt::chain(stream::iter([Ok(first)]), rest);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"events.csv\""),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// The lines of a page behind `text`, and what asks for the next.
async fn page(
    database: &Database,
    filter: Filter,
    mut text: String,
) -> Result<(String, Option<Filter>), Problem> {
    let (events, more) = database.ask(select::events(database.pool(), &filter)).await?;
    for event in &events {
        write_line(&mut text, event);
    }
    let next = events.last().filter(|_| more).map(Cursor::of);
    Ok((text, next.map(|cursor| Filter { cursor: Some(cursor), ..filter })))
}

fn write_line(text: &mut String, event: &Event) {
    let (kind, phase) = (event.kind.as_str(), event.phase.as_str());
    let Event { id, revision, occurred_at, detected_at, position, confidence, .. } = event;
    // Writing to memory cannot fail.
    let _ = write!(text, "{id},{revision},{kind},{phase},{occurred_at},{detected_at},");
    if let Some(ended_at) = event.ended_at {
        let _ = write!(text, "{ended_at}");
    }
    let _ = write!(text, ",{},{},", position.lat, position.lon);
    let (road, zone) = (event.road.as_ref(), event.zone.as_ref());
    for field in [
        road.map(|road| &*road.id),
        road.and_then(|road| road.name.as_deref()),
        zone.map(|zone| zone.id.as_str()),
        zone.map(|zone| &*zone.name),
    ] {
        write_field(text, field.unwrap_or_default());
        text.push(',');
    }
    let mut vehicles = event.vehicles.iter().map(VehicleId::as_str);
    text.extend(vehicles.next());
    for vehicle in vehicles {
        text.push(' ');
        text.push_str(vehicle);
    }
    let _ = write!(text, ",{confidence}\r\n");
}

/// A field, in quotes where it must be.
fn write_field(text: &mut String, field: &str) {
    if !field.contains(['"', ',', '\r', '\n']) {
        return text.push_str(field);
    }
    text.push('"');
    text.push_str(&field.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_signs_of_the_format_stand_in_quotes() {
        for (field, written) in [
            ("Mannerheimintie", "Mannerheimintie"),
            ("a,b", "\"a,b\""),
            ("a \"b\"\n", "\"a \"\"b\"\"\n\""),
            ("", ""),
        ] {
            let mut text = String::new();
            write_field(&mut text, field);
            assert_eq!(text, written);
        }
    }
}
