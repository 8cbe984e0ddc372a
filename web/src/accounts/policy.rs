//! What stands before every request: nothing is changed by whom nobody knows, whatever a handler may have forgotten.

use super::find::require;
use super::{Reading, Role};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Where one's own session begins and tells of itself.
const SESSION: &str = "/api/v1/session";
/// What everybody may change who is signed in: what is theirs. Their handlers look closer.
const OWN: [(Method, &str); 3] = [
    (Method::DELETE, SESSION),
    (Method::PUT, "/api/v1/account/password"),
    (Method::DELETE, "/api/v1/sessions/{id}"),
];

/// The role that a request takes; `None` if anybody may ask it.
fn needed(method: &Method, route: &str, reading: Reading) -> Option<Role> {
    if route == SESSION && (method == Method::POST || method.is_safe()) {
        return None;
    }
    if OWN.iter().any(|(own, path)| own == method && *path == route) {
        return Some(Role::Viewer);
    }
    match (method.is_safe(), reading) {
        (true, Reading::Open) => None,
        (true, Reading::SignedIn) => Some(Role::Viewer),
        (false, _) => Some(Role::Operator),
    }
}

/// Lets only those ask the API who may.
pub async fn authorise(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let needed = needed(request.method(), route, app.accounts.reading());
    admit(&app, needed, request, next).await
}

/// Lets only those read the live feed and the metrics who may read.
pub async fn authorise_reading(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_health = request.uri().path().starts_with("/health/");
    let needed = (app.accounts.reading() == Reading::SignedIn && !is_health).then_some(Role::Viewer);
    admit(&app, needed, request, next).await
}

async fn admit(app: &App, needed: Option<Role>, request: Request, next: Next) -> Response {
    let Some(role) = needed else { return next.run(request).await };
    let (mut parts, body) = request.into_parts();
    match require(app, &mut parts, role).await {
        Ok(_) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => refused(problem),
    }
}

fn refused(problem: Problem) -> Response {
    metrics::counter!("vigiroute_web_refused_total", "status" => problem.status.to_string()).increment(1);
    problem.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_thought_of_takes_an_operator() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::CONNECT] {
            for reading in [Reading::Open, Reading::SignedIn] {
                assert_eq!(needed(&method, "/api/v1/anything", reading), Some(Role::Operator));
            }
        }
    }

    #[test]
    fn reading_is_open_or_not() {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(needed(&method, "/api/v1/events", Reading::Open), None);
            assert_eq!(needed(&method, "/api/v1/events", Reading::SignedIn), Some(Role::Viewer));
            assert_eq!(needed(&method, SESSION, Reading::SignedIn), None);
        }
    }

    #[test]
    fn everybody_may_sign_in_and_out() {
        assert_eq!(needed(&Method::POST, SESSION, Reading::SignedIn), None);
        assert_eq!(needed(&Method::DELETE, SESSION, Reading::SignedIn), Some(Role::Viewer));
        assert_eq!(needed(&Method::PUT, SESSION, Reading::Open), Some(Role::Operator));
    }
}
