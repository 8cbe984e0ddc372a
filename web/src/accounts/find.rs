//! Finding out who asks, and whether they may. A handler that changes something takes an [`Operator`] or an [`Admin`]
//! among its arguments: without one it has nobody to name in the record.

use super::cookie::token_of;
use super::{Caller, Role, keys, sessions, token};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};

/// Somebody who is signed in, or has a key.
#[derive(Debug)]
pub struct SignedIn(pub Caller);

/// Somebody who may change zones and the simulation, and attend to events.
#[derive(Debug)]
pub struct Operator(pub Caller);

/// Somebody who may make accounts and keys.
#[derive(Debug)]
pub struct Admin(pub Caller);

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(app, parts, Role::Viewer).await.map(Self)
    }
}

impl FromRequestParts<App> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(app, parts, Role::Operator).await.map(Self)
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        require(app, parts, Role::Admin).await.map(Self)
    }
}

/// Who asks, if they may do what takes this role.
///
/// # Errors
/// 401 if it is not known who asks, 403 if they may not, 503 if the database is away.
pub(super) async fn require(app: &App, parts: &mut Parts, role: Role) -> Result<Caller, Problem> {
    let caller = match parts.extensions.get::<Caller>() {
        Some(caller) => caller.clone(),
        None => {
            let found = find(app, &parts.method, &parts.headers).await?;
            let caller = found.ok_or_else(|| {
                Problem::unauthorized("sign in, or send a key: Authorization: Bearer vgk_…")
            })?;
            parts.extensions.insert(caller.clone());
            caller
        }
    };
    if caller.role < role {
        return Err(Problem::forbidden(format!(
            "this takes the role {}, and {caller} has the role {}",
            role.as_str(),
            caller.role.as_str()
        )));
    }
    Ok(caller)
}

/// Who asks; `None` if nothing says so.
///
/// # Errors
/// 401 if what should say so is not good (any more), 503 if the database is away.
pub(super) async fn find(app: &App, method: &Method, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let pool = app.database.pool();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let key = value.to_str().ok().and_then(|value| value.split_once(' '));
        let key = key.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, key)| key.trim());
        let Some(key) = key else {
            return Err(Problem::unauthorized("send a key as Authorization: Bearer vgk_…"));
        };
        let found = app.database.ask(keys::find(pool, &token::digest(key))).await?;
        return found.map(Some).ok_or_else(|| Problem::unauthorized("this key is not known, or was revoked"));
    }
    let Some(session) = token_of(headers) else { return Ok(None) };
    // A browser that names neither cannot be asked whose page it acts for.
    let tells = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    if !method.is_safe() && !tells {
        return Err(Problem::foreign("Origin", "a change by cookie names the page that asks for it"));
    }
    app.database.ask(sessions::find(pool, &token::digest(session))).await
}
