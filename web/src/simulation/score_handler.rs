//! The request for the score.

use super::score::{Score, alarms, score};
use crate::app::App;
use crate::events::revisions_since;
use crate::http::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::EventKind;

/// Most revisions that are looked at, the newest.
const MOST_REVISIONS: u32 = 20_000;

/// How well the detector does
///
/// The crashes and jams of the simulation that runs, as it knows them, held against the events that were stored: those
/// found, missed and false, and how long it took. By the same yardstick as docs/detection.md.
#[utoipa::path(
    get, path = "/simulation/score", tag = "simulation",
    responses(
        (status = 200, description = "The score of this run.", body = Score),
        (status = 404, description = "No simulation was heard of.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_score(State(app): State<App>, params: Params) -> Result<Json<Score>, Problem> {
    params.only(&[])?;
    let none = || Problem::not_found("no simulation was heard of; start the simulator");
    let (start, since) = app.simulation.with_known(|_, start, since| (start, since)).ok_or_else(none)?;
    let kinds = [EventKind::Accident, EventKind::Jam];
    let revisions =
        app.database.ask(revisions_since(app.database.pool(), &kinds, since, MOST_REVISIONS)).await?;
    let alarms = alarms(revisions, start);
    let now = super::now();
    app.simulation
        .with_known(|known, start, since| score(known, &alarms, start, since, now))
        .map(Json)
        .ok_or_else(none)
}
