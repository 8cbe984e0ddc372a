//! The description of the REST interface, made from the handlers.

pub mod parameters;
pub mod schema;
mod security;
pub mod simulation;

use crate::app::App;
use crate::{accounts, audit, events, live, roads, statistics, zones};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Vigiroute",
        description = "Accidents, traffic jams and zone crossings of vehicles: their history, the zones that are watched, \
            the roads, and how to follow what is going on.\n\nTimes are RFC 3339 in UTC with milliseconds. Positions are \
            WGS 84; GeoJSON has longitude first. What is wrong is answered with a problem document (RFC 9457) that names \
            the parameter and what is allowed. Unknown parameters are refused.\n\nReading may be open to all. Every change takes somebody who is signed \
            in (`POST /session`) or a key (`Authorization: Bearer`), with the role operator; accounts and keys take the role admin.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/api/v1")),
    tags(
        (name = "events", description = "What happened and what is going on."),
        (name = "statistics", description = "What was stored, counted."),
        (name = "zones", description = "Areas whose entries and exits are events."),
        (name = "simulation", description = "The simulation that runs: shown, changed, and held against what is detected."),
        (name = "accounts", description = "Who may do what: signing in, accounts, keys of programs, and who changed what."),
        (name = "map", description = "Roads, basemap, and the live feed."),
    )
)]
struct Description;

/// The handlers under `/api/v1`, with their description.
pub fn api() -> OpenApiRouter<App> {
    let mut router = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(events::list_events))
        .routes(routes!(events::export_events))
        .routes(routes!(events::get_event))
        .routes(routes!(statistics::count_events))
        .routes(routes!(statistics::count_by_hour_of_week))
        .routes(routes!(statistics::rank_roads))
        .routes(routes!(statistics::count_zones))
        .routes(routes!(statistics::measure_delays))
        .routes(routes!(zones::list_zones, zones::create_zone))
        .routes(routes!(zones::get_zone, zones::put_zone, zones::delete_zone))
        .routes(routes!(crate::simulation::get_simulation, crate::simulation::tune_simulation))
        .routes(routes!(crate::simulation::stage_incident))
        .routes(routes!(crate::simulation::clear_incident))
        .routes(routes!(crate::simulation::get_score))
        .routes(routes!(roads::get_roads))
        .routes(routes!(roads::get_basemap))
        .routes(routes!(live::get_live))
        .routes(routes!(accounts::get_session, accounts::sign_in, accounts::sign_out))
        .routes(routes!(accounts::change_password))
        .routes(routes!(accounts::list_sessions))
        .routes(routes!(accounts::end_session))
        .routes(routes!(accounts::list_accounts, accounts::create_account))
        .routes(routes!(accounts::change_account))
        .routes(routes!(accounts::list_keys, accounts::create_key))
        .routes(routes!(accounts::revoke_key))
        .routes(routes!(audit::list_audit));
    security::describe(router.get_openapi_mut());
    router
}

/// The description as JSON.
///
/// # Errors
/// Never in practice: it is made of what can be written as JSON.
pub fn document() -> serde_json::Result<String> {
    let (_, description) = api().split_for_parts();
    description.to_pretty_json().map(|json| json + "\n")
}
