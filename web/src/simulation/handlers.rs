//! The requests that show and change a simulation.

use super::heard::{incident_id, problem};
use crate::accounts::{Caller, Operator};
use crate::app::App;
use crate::audit::{self, Change};
use crate::http::{JsonBody, Params};
use crate::openapi::simulation as schema;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::simulation::{IncidentOrder, Tuning};
use serde_json::{Value, json};

/// The simulation
///
/// The scenario that runs, with all that can be changed of it and the incidents that are planned or going on; or the last
/// one that ran.
#[utoipa::path(
    get, path = "/simulation", tag = "simulation",
    responses(
        (status = 200, description = "The scenario as the simulator says it.", body = schema::Simulation),
        (status = 404, description = "No simulation was heard of.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_simulation(State(app): State<App>, params: Params) -> Result<Json<Value>, Problem> {
    params.only(&[])?;
    app.simulation.scenario().map(Json).ok_or_else(none_heard_of)
}

/// Change the simulation
///
/// At once, without a restart. What is not named stays as it is. All is changed, or nothing: a value that is wrong is
/// answered with its name and what is allowed.
#[utoipa::path(
    patch, path = "/simulation", tag = "simulation",
    request_body(content = schema::Tuning, content_type = "application/json"),
    responses(
        (status = 200, description = "Changed; the scenario as it is now.", body = schema::Simulation),
        (status = 400, description = "A value is wrong, or cannot be had on these roads. Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No simulation runs.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The simulator does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn tune_simulation(
    State(app): State<App>,
    Operator(caller): Operator,
    params: Params,
    JsonBody(body): JsonBody,
) -> Result<Json<Value>, Problem> {
    params.only(&[])?;
    let tuning = Tuning::from_json(body.clone()).map_err(|refusal| problem(&refusal))?;
    if tuning.is_empty() {
        return Err(Problem::body("nothing is asked for"));
    }
    let before = app.simulation.scenario().map(|scenario| members_of(&scenario, &body));
    app.simulation.ask(body.clone()).await?;
    // Now, not after the record is written: it may go on changing by itself.
    let scenario = app.simulation.scenario();
    let change = Change { action: "simulation.tune", object: "simulation", before, after: Some(body) };
    note(&app, &caller, change).await;
    scenario.map(Json).ok_or_else(none_heard_of)
}

/// Stage an incident
///
/// A crash, a breakdown, a lane closure or roadworks on the road nearest to a point, now: as soon as the vehicles that it
/// needs come by.
#[utoipa::path(
    post, path = "/simulation/incidents", tag = "simulation",
    request_body(content = schema::IncidentOrder, content_type = "application/json"),
    responses(
        (status = 201, description = "It will happen; `Location` is where it is cleared.", body = schema::Incident),
        (status = 400, description = "A value is wrong, or there is no such road. Nothing was changed.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No simulation runs.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The simulator does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn stage_incident(
    State(app): State<App>,
    Operator(caller): Operator,
    params: Params,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    params.only(&[])?;
    IncidentOrder::from_json(body.clone()).map_err(|refusal| problem(&refusal))?;
    let reply = app.simulation.ask(json!({ "incident": body.clone() })).await.map_err(|mut problem| {
        // Here the incident is the body itself.
        problem.parameter =
            problem.parameter.map(|name| name.strip_prefix("incident.").map(str::to_owned).unwrap_or(name));
        problem
    })?;
    let id = reply.incident.unwrap_or_default();
    let incident = incident(&app, &id).unwrap_or_else(|| json!({ "id": id }));
    let change = Change { action: "incident.stage", object: &id, after: Some(body), ..Change::default() };
    note(&app, &caller, change).await;
    let location = format!("/api/v1/simulation/incidents/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(incident)).into_response())
}

/// Clear an incident
///
/// It ends now; one that has not begun never will. Both those of the scenario and those staged since can be cleared.
#[utoipa::path(
    delete, path = "/simulation/incidents/{id}", tag = "simulation",
    params(("id" = String, Path, description = "Id of the incident.", pattern = "^[A-Za-z0-9_.:-]{1,64}$")),
    responses(
        (status = 204, description = "Cleared."),
        (status = 400, description = "Not an id.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such incident.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No simulation runs.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The simulator does not answer.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn clear_incident(
    State(app): State<App>,
    Operator(caller): Operator,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.only(&[])?;
    incident_id(&id)?;
    let before = incident(&app, &id);
    match app.simulation.ask(json!({ "clear": id })).await {
        Ok(_) => {
            let change = Change { action: "incident.clear", object: &id, before, ..Change::default() };
            note(&app, &caller, change).await;
            Ok(StatusCode::NO_CONTENT)
        }
        Err(problem) if problem.parameter.as_deref() == Some("clear") => {
            Err(Problem::not_found(problem.detail))
        }
        Err(problem) => Err(problem),
    }
}

/// Adds to the record what the simulator has done already: if the database is away just now, the log has it.
async fn note(app: &App, caller: &Caller, change: Change<'_>) {
    let (action, object) = (change.action, change.object.to_owned());
    let noted = async {
        let mut connection = app.database.pool().acquire().await?;
        audit::record(&mut connection, caller, change).await
    };
    if app.database.ask(noted).await.is_err() {
        tracing::warn!(who = %caller, action, object, "a change is missing in the audit");
    }
}

/// Those members of a scenario that a change names.
fn members_of(scenario: &Value, change: &Value) -> Value {
    let named = change.as_object().into_iter().flatten();
    let member = |(name, _): (&String, _)| Some((name.clone(), scenario.get(name)?.clone()));
    Value::Object(named.filter_map(member).collect())
}

fn incident(app: &App, id: &str) -> Option<Value> {
    let scenario = app.simulation.scenario()?;
    let incidents = scenario.get("incidents")?.as_array()?;
    incidents.iter().find(|incident| incident["id"] == id).cloned()
}

fn none_heard_of() -> Problem {
    Problem::not_found("no simulation was heard of; start the simulator")
}
