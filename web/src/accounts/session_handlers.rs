//! Signing in and out, and the sessions that go on.

use super::cookie::{self, Way};
use super::find::find;
use super::name::is_name;
use super::{Caller, Proof, Reading, Role, SignedIn, sessions, store, token};
use crate::app::App;
use crate::audit::{self, Change};
use crate::http::{JsonBody, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use model::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;
use utoipa::ToSchema;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"account": "admin", "password": "the password"}))]
pub struct SignIn {
    /// The account's name.
    #[schema(max_length = 64)]
    account: String,
    /// Its password.
    #[schema(max_length = 256, format = Password)]
    password: String,
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionState {
    /// The account that is signed in; null if none is.
    #[schema(required = true)]
    pub account: Option<String>,
    /// What they may do; null if it is not known who asks.
    #[schema(required = true)]
    pub role: Option<Role>,
    /// Who may read.
    pub reading: Reading,
}

/// A session that goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Its number.
    pub id: u64,
    /// Whose it is.
    pub account: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    #[schema(value_type = String, format = DateTime)]
    pub used_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Sessions, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// The sessions.
    pub sessions: Vec<Session>,
}

/// Who asks
///
/// Also for those who are not signed in.
#[utoipa::path(
    get, path = "/session", tag = "accounts",
    responses(
        (status = 200, description = "Who asks, and who may read.", body = SessionState),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get_session(
    State(app): State<App>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let caller = find(&app, &Method::GET, &headers).await?;
    let state = Json(state_of(&app, caller.as_ref()));
    Ok(([(header::CACHE_CONTROL, "no-store")], state).into_response())
}

/// Sign in
///
/// The answer's cookie is the session. It ends after twelve hours without use, after seven days, or when one signs out.
/// Ten failures in a row, then two a minute, are let through for an account; thirty and six for an address.
#[utoipa::path(
    post, path = "/session", tag = "accounts",
    request_body(content = SignIn, content_type = "application/json"),
    responses(
        (status = 200, description = "Signed in.", body = SessionState),
        (status = 400, description = "Not what is asked for.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not such an account, or not its password.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site, or over a connection that others can read.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many failures; `Retry-After` says when to try again.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away, or too many sign in at once.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    params: Params,
    body: JsonBody,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let way = Way::of(&headers);
    if way == Way::Plain && !app.accounts.plain_sign_in {
        return Err(Problem::forbidden(
            "a password is not taken over a connection that others can read: use https, or localhost",
        ));
    }
    let SignIn { account, password } = body.into_type()?;
    let password = SecretString::from(password);
    let address = address_of(peer.ip(), &headers);
    // What cannot be a name is nobody's.
    let account = if is_name(&account) { account } else { String::new() };
    let tried = app.accounts.limit.begin(&account, address, Instant::now());
    tried.map_err(|wait| {
        count("limited");
        Problem::too_many("too many failures to sign in", wait)
    })?;

    let known = app.database.ask(store::password(app.database.pool(), &account)).await?;
    let is_account = known.is_some();
    let hash = known.filter(|(_, enabled)| *enabled).map(|(hash, _)| hash);
    if !app.accounts.hasher.verify(password, hash).await? {
        count("refused");
        // A name that is none may be a password in the wrong field.
        let account = if is_account { account.as_str() } else { "unknown" };
        tracing::info!(account, %address, "signing in was refused");
        return Err(Problem::unauthorized("not such an account, or not its password"));
    }
    app.accounts.limit.succeeded(&account, address);
    count("signed_in");

    let token = token::draw(token::SESSION);
    let caller = app.database.ask(begin(&app, &account, &token)).await?;
    let given = cookie::give(&token, way, sessions::LASTS_S).ok_or_else(Problem::internal)?;
    let state = Json(state_of(&app, Some(&caller)));
    let headers =
        [(header::SET_COOKIE, given), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((headers, state).into_response())
}

async fn begin(app: &App, account: &str, token: &SecretString) -> Result<Caller, sqlx::Error> {
    let mut transaction = app.database.pool().begin().await?;
    let role = store::hold(&mut transaction, account).await?.map_or(Role::Viewer, |stored| stored.role);
    let id = sessions::begin(&mut transaction, account, &token::digest_of(token)).await?;
    let caller = Caller { proof: Proof::Session { id, account: account.to_owned() }, role };
    let change = Change { action: "session.begin", object: account, ..Change::default() };
    audit::record(&mut transaction, &caller, change).await?;
    transaction.commit().await?;
    Ok(caller)
}

/// Sign out
#[utoipa::path(
    delete, path = "/session", tag = "accounts",
    responses(
        (status = 204, description = "Signed out."),
        (status = 403, description = "Asked by another site, or by a key.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_out(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let Proof::Session { id, account } = &caller.proof else {
        return Err(Problem::forbidden("a key has no session that could end"));
    };
    app.database.ask(end(&app, &caller, *id, account)).await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cookie::take_away())).into_response())
}

/// Sessions that go on
///
/// One's own; those of all for admins.
#[utoipa::path(
    get, path = "/sessions", tag = "accounts",
    responses(
        (status = 200, description = "The sessions.", body = SessionList),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_sessions(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    params: Params,
) -> Result<Json<SessionList>, Problem> {
    params.only(&[])?;
    // Of a key that is no admin's there is no account, and no session.
    let of = if caller.role == Role::Admin { None } else { Some(caller.account().unwrap_or_default()) };
    let stored = app.database.ask(sessions::all(app.database.pool(), of)).await?;
    let own = if let Proof::Session { id, .. } = caller.proof { Some(id) } else { None };
    let session = |sessions::Stored { id, account, created_at, used_at }| Session {
        id,
        account,
        created_at,
        used_at,
        current: own == Some(id),
    };
    Ok(Json(SessionList { sessions: stored.into_iter().map(session).collect() }))
}

/// End a session
///
/// One's own; any for admins.
#[utoipa::path(
    delete, path = "/sessions/{id}", tag = "accounts",
    params(("id" = u64, Path, description = "Number of the session.", minimum = 1)),
    responses(
        (status = 204, description = "Ended."),
        (status = 400, description = "Not a number.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site, or somebody else's.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such session.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn end_session(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.only(&[])?;
    let id = super::number(&id)?;
    let question = async {
        let mut connection = app.database.pool().acquire().await?;
        sessions::account_of(&mut connection, id).await
    };
    let account = app.database.ask(question).await?;
    if caller.role < Role::Admin && (account.is_none() || account.as_deref() != caller.account()) {
        return Err(Problem::forbidden("only admins end sessions of others"));
    }
    let account = account.ok_or_else(|| Problem::not_found(format!("there is no session {id}")))?;
    app.database.ask(end(&app, &caller, id, &account)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn end(app: &App, caller: &Caller, id: u64, account: &str) -> Result<(), sqlx::Error> {
    let mut transaction = app.database.pool().begin().await?;
    sessions::end(&mut transaction, id).await?;
    let change = Change { action: "session.end", object: account, ..Change::default() };
    audit::record(&mut transaction, caller, change).await?;
    transaction.commit().await
}

fn state_of(app: &App, caller: Option<&Caller>) -> SessionState {
    SessionState {
        account: caller.and_then(Caller::account).map(str::to_owned),
        role: caller.map(|caller| caller.role),
        reading: app.accounts.reading(),
    }
}

/// Whose failures are counted: the one who connected; or, if that is a server on this machine that stands before this one,
/// whom it names.
fn address_of(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let named = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    named.filter(|_| peer.to_canonical().is_loopback()).unwrap_or(peer)
}

fn count(outcome: &'static str) {
    metrics::counter!("vigiroute_web_sign_ins_total", "outcome" => outcome).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_on_this_machine_is_believed_whom_it_speaks_for() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.2.3.4, 10.0.0.7"));
        let of = |peer: &str| address_of(peer.parse().unwrap(), &headers).to_string();
        assert_eq!(of("127.0.0.1"), "10.0.0.7");
        assert_eq!(of("::1"), "10.0.0.7");
        assert_eq!(of("192.168.1.9"), "192.168.1.9");
        assert_eq!(address_of("127.0.0.1".parse().unwrap(), &HeaderMap::new()).to_string(), "127.0.0.1");
    }
}
