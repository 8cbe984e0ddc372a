//! All routes, with what stands before each.

use crate::accounts::{Accounts, authorise, authorise_reading};
use crate::bosh::{self, Bosh};
use crate::database::Database;
use crate::http::{Guard, observe, refuse_foreign_sites, with_security_headers};
use crate::live::Live;
use crate::problem::Problem;
use crate::roads::Roads;
use crate::simulation::Simulation;
use crate::zones::Zones;
use crate::{openapi, page};
use axum::Router;
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use std::path::PathBuf;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// What handlers share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    /// Who may do what.
    pub accounts: Accounts,
    /// The database.
    pub database: Database,
    /// Told of every change of a zone.
    pub zones: Zones,
    /// The simulation that runs.
    pub simulation: Simulation,
    /// The road network and the basemap.
    pub roads: Arc<Roads>,
    /// Where the live feed is.
    pub live: Live,
}

/// What is served besides the API.
#[derive(Debug)]
pub struct Parts {
    /// The way to the live feed.
    pub bosh: Bosh,
    /// Keeps other sites out.
    pub guard: Guard,
    /// Folder of the page.
    pub static_dir: PathBuf,
    /// `/health/…` and `/metrics`.
    pub health: Router,
}

/// The whole server.
///
/// # Errors
/// When the description of the API cannot be written as JSON, which does not happen.
pub fn routes(app: App, parts: Parts) -> serde_json::Result<Router> {
    let description = openapi::document()?;
    let describe = get(async move || ([(header::CONTENT_TYPE, "application/json")], description));
    let (handlers, _) = openapi::api().split_for_parts();
    let api = Router::new()
        .nest(
            "/api/v1",
            handlers
                .method_not_allowed_fallback(no_such_method)
                .route_layer(from_fn_with_state(app.clone(), authorise)),
        )
        .route("/api/openapi.json", describe)
        .route("/api/{*path}", any(no_such_api))
        .with_state(app.clone());
    let compressed = api.merge(page::routes(parts.static_dir)).layer(CompressionLayer::new());
    let bosh = Router::new().route("/http-bind", any(bosh::handle)).with_state(parts.bosh);
    let watched = bosh.merge(parts.health).layer(from_fn_with_state(app, authorise_reading));
    Ok(compressed
        .merge(watched)
        .layer(from_fn_with_state(parts.guard, refuse_foreign_sites))
        .layer(from_fn(with_security_headers))
        .layer(from_fn(observe)))
}

async fn no_such_method() -> impl IntoResponse {
    Problem::method("the methods that /api/openapi.json lists")
}

async fn no_such_api() -> impl IntoResponse {
    Problem::not_found("there is nothing here; /api/openapi.json lists what there is")
}
