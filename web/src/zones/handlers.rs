//! The requests for zones.

use super::{MAX_ZONES, Publication, store};
use crate::accounts::{Caller, Operator};
use crate::app::App;
use crate::audit::{self, Change};
use crate::http::{MAX_BODY_BYTES, Params, ZoneBody, tagged};
use crate::openapi::schema;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Zone, ZoneId};
use serde_json::{Value, json};

const GEOJSON: &str = "application/geo+json";
/// Names what a stored change still waits for.
const PENDING: HeaderName = HeaderName::from_static("vigiroute-pending");

/// All zones
#[utoipa::path(
    get, path = "/zones", tag = "zones",
    responses(
        (status = 200, description = "A FeatureCollection, by id, with an `ETag`.", body = schema::ZoneCollection, content_type = "application/geo+json"),
        (status = 304, description = "As `If-None-Match` has it."),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_zones(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let zones = app.database.ask(store::all(app.database.pool())).await?;
    let features: Vec<Value> = zones.iter().map(Zone::to_feature).collect();
    let all = json!({ "type": "FeatureCollection", "features": features });
    Ok(tagged(&headers, GEOJSON, all.to_string()))
}

/// One zone
#[utoipa::path(
    get, path = "/zones/{id}", tag = "zones",
    params(("id" = String, Path, description = "Id of the zone.", pattern = "^[A-Za-z0-9_.:-]{1,64}$")),
    responses(
        (status = 200, description = "The zone.", body = schema::Zone, content_type = "application/geo+json"),
        (status = 400, description = "Not an id.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such zone.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_zone(
    State(app): State<App>,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = zone_id(&id)?;
    match app.database.ask(store::get(app.database.pool(), &id)).await? {
        Some(store::Stored::Zone(zone)) => Ok(geojson(StatusCode::OK, &zone.to_feature())),
        Some(store::Stored::Deleted) | None => Err(no_such_zone(&id)),
    }
}

/// Make a zone
///
/// A zone without an id gets one. The gateway watches it within a second.
#[utoipa::path(
    post, path = "/zones", tag = "zones",
    request_body(content((schema::Zone = "application/geo+json"), (schema::Zone = "application/json")), description = "At most 256 KiB and 10,000 points."),
    responses(
        (status = 201, description = "Made.", body = schema::Zone, content_type = "application/geo+json"),
        (status = 202, description = "Stored; the header `Vigiroute-Pending: mqtt` says that the gateway is told when the broker is back.", body = schema::Zone, content_type = "application/geo+json"),
        (status = 400, description = "Not a zone.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There is a zone of this id, or there are 10,000 zones.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither application/geo+json nor application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away; nothing was stored.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create_zone(
    State(app): State<App>,
    Operator(caller): Operator,
    params: Params,
    ZoneBody(mut feature): ZoneBody,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = feature.pointer("/properties/id").or_else(|| feature.get("id"));
    if id.is_none_or(Value::is_null) {
        set_id(&mut feature, &format!("zone-{:08x}", rand::random::<u32>()));
    }
    let zone = read_zone(&feature)?;
    let pool = app.database.pool();
    leave_room(app.database.ask(store::count(pool)).await?)?;
    if !app.database.ask(create(&app, &caller, &zone)).await? {
        return Err(Problem::conflict(format!("there is a zone {} already; PUT replaces it", zone.id)));
    }
    Ok(stored(&app, StatusCode::CREATED, &zone).await)
}

/// Make or replace a zone
///
/// The gateway watches it as it is now within a second.
#[utoipa::path(
    put, path = "/zones/{id}", tag = "zones",
    params(("id" = String, Path, description = "Id of the zone.", pattern = "^[A-Za-z0-9_.:-]{1,64}$")),
    request_body(content((schema::Zone = "application/geo+json"), (schema::Zone = "application/json")), description = "At most 256 KiB and 10,000 points. An id in it is the same as in the path."),
    responses(
        (status = 200, description = "Replaced.", body = schema::Zone, content_type = "application/geo+json"),
        (status = 201, description = "Made.", body = schema::Zone, content_type = "application/geo+json"),
        (status = 202, description = "Stored; the header `Vigiroute-Pending: mqtt` says that the gateway is told when the broker is back.", body = schema::Zone, content_type = "application/geo+json"),
        (status = 400, description = "Not a zone.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There are 10,000 zones.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither application/geo+json nor application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away; nothing was stored.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn put_zone(
    State(app): State<App>,
    Operator(caller): Operator,
    Path(id): Path<String>,
    params: Params,
    ZoneBody(mut feature): ZoneBody,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = zone_id(&id)?;
    let inside = feature.pointer("/properties/id").or_else(|| feature.get("id"));
    match inside {
        Some(inside) if !inside.is_null() && inside.as_str() != Some(id.as_str()) => {
            return Err(Problem::body(format!("the zone's id is {inside}, in the path it is {id}")));
        }
        _ => set_id(&mut feature, id.as_str()),
    }
    let zone = read_zone(&feature)?;
    let pool = app.database.pool();
    let replaces = matches!(app.database.ask(store::get(pool, &id)).await?, Some(store::Stored::Zone(_)));
    if !replaces {
        leave_room(app.database.ask(store::count(pool)).await?)?;
    }
    app.database.ask(put(&app, &caller, &zone)).await?;
    Ok(stored(&app, if replaces { StatusCode::OK } else { StatusCode::CREATED }, &zone).await)
}

/// Delete a zone
///
/// Its past entries and exits stay in the history.
#[utoipa::path(
    delete, path = "/zones/{id}", tag = "zones",
    params(("id" = String, Path, description = "Id of the zone.", pattern = "^[A-Za-z0-9_.:-]{1,64}$")),
    responses(
        (status = 204, description = "Deleted."),
        (status = 202, description = "Deleted; the header `Vigiroute-Pending: mqtt` says that the gateway is told when the broker is back."),
        (status = 400, description = "Not an id.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such zone.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away; nothing was deleted.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn delete_zone(
    State(app): State<App>,
    Operator(caller): Operator,
    Path(id): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let id = zone_id(&id)?;
    if !app.database.ask(delete(&app, &caller, &id)).await? {
        return Err(no_such_zone(&id));
    }
    Ok(match app.zones.changed(id).await {
        Publication::Now => StatusCode::NO_CONTENT.into_response(),
        Publication::Later => (StatusCode::ACCEPTED, [(PENDING, "mqtt")]).into_response(),
    })
}

/// Makes a zone, with a line in the record; whether there was none of this id.
async fn create(app: &App, caller: &Caller, zone: &Zone) -> Result<bool, sqlx::Error> {
    let mut transaction = app.database.pool().begin().await?;
    let made = store::create(&mut transaction, zone).await?;
    if made {
        let after = Some(zone.to_feature());
        let change = Change { action: "zone.create", object: zone.id.as_str(), after, ..Change::default() };
        audit::record(&mut transaction, caller, change).await?;
        transaction.commit().await?;
    }
    Ok(made)
}

async fn put(app: &App, caller: &Caller, zone: &Zone) -> Result<(), sqlx::Error> {
    let mut transaction = app.database.pool().begin().await?;
    let before = store::hold(&mut transaction, &zone.id).await?;
    store::put(&mut transaction, zone).await?;
    let after = Some(zone.to_feature());
    let change = Change { action: "zone.put", object: zone.id.as_str(), before, after };
    audit::record(&mut transaction, caller, change).await?;
    transaction.commit().await
}

/// Deletes a zone, with a line in the record; whether there was one.
async fn delete(app: &App, caller: &Caller, id: &ZoneId) -> Result<bool, sqlx::Error> {
    let mut transaction = app.database.pool().begin().await?;
    let Some(before) = store::hold(&mut transaction, id).await? else { return Ok(false) };
    store::delete(&mut transaction, id).await?;
    let change =
        Change { action: "zone.delete", object: id.as_str(), before: Some(before), ..Change::default() };
    audit::record(&mut transaction, caller, change).await?;
    transaction.commit().await?;
    Ok(true)
}

async fn stored(app: &App, status: StatusCode, zone: &Zone) -> Response {
    let mut response = match app.zones.changed(zone.id.clone()).await {
        Publication::Now => geojson(status, &zone.to_feature()),
        Publication::Later => {
            let body = geojson(StatusCode::ACCEPTED, &zone.to_feature());
            ([(PENDING, "mqtt")], body).into_response()
        }
    };
    if let Ok(location) = format!("/api/v1/zones/{}", zone.id).parse() {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn zone_id(text: &str) -> Result<ZoneId, Problem> {
    ZoneId::new(text).map_err(|_| Problem::parameter("id", text, "1 to 64 of A-Z a-z 0-9 _ . : -"))
}

fn no_such_zone(id: &ZoneId) -> Problem {
    Problem::not_found(format!("there is no zone {id}"))
}

fn leave_room(zones: i64) -> Result<(), Problem> {
    if zones < MAX_ZONES {
        return Ok(());
    }
    Err(Problem::conflict(format!("there are {MAX_ZONES} zones, as many as there may be; delete one first")))
}

fn set_id(feature: &mut Value, id: &str) {
    let Some(feature) = feature.as_object_mut() else { return };
    let properties = feature.entry("properties").or_insert(Value::Null);
    if properties.is_null() {
        *properties = json!({});
    }
    if let Some(properties) = properties.as_object_mut() {
        properties.insert("id".into(), id.into());
    }
}

fn read_zone(feature: &Value) -> Result<Zone, Problem> {
    let zone = Zone::from_feature(feature).map_err(|error| Problem::body(error.to_string()))?;
    // Written out it may be longer than it came; the gateway takes no more than this.
    if zone.to_feature().to_string().len() > MAX_BODY_BYTES {
        return Err(Problem::too_large(MAX_BODY_BYTES));
    }
    Ok(zone)
}

fn geojson(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, GEOJSON)], value.to_string()).into_response()
}
