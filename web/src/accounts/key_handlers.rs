//! Keys of programs: made, listed, revoked.

use super::name::{self, is_name};
use super::{Admin, Role, keys, token};
use crate::app::App;
use crate::audit::{self, Change};
use crate::http::{JsonBody, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Timestamp;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// A key, without itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    /// Its number.
    pub id: u64,
    /// Whose it is.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Since when it is no good; null if it is.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    pub revoked_at: Option<Timestamp>,
}

/// Keys, good ones first.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyList {
    /// The keys.
    pub keys: Vec<Key>,
}

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "ci", "role": "operator"}))]
pub struct NewKey {
    /// Which program it is for.
    #[schema(pattern = "^[A-Za-z0-9_.@-]{1,64}$")]
    name: String,
    /// What it may do.
    role: Role,
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeKey {
    /// Its number.
    id: u64,
    /// Which program it is for.
    name: String,
    /// What it may do.
    role: Role,
    /// The key itself: told this once. Send it as `Authorization: Bearer KEY`.
    #[schema(example = "vgk_2f…")]
    key: String,
}

/// All keys
#[utoipa::path(
    get, path = "/keys", tag = "accounts",
    responses(
        (status = 200, description = "The keys: good ones first, then the newest; at most 1,000.", body = KeyList),
        (status = 403, description = "For admins.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_keys(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<KeyList>, Problem> {
    params.only(&[])?;
    let stored = app.database.ask(keys::all(app.database.pool())).await?;
    let key = |keys::Stored { id, name, role, created_by, created_at, revoked_at }| Key {
        id,
        name,
        role,
        created_by,
        created_at,
        revoked_at,
    };
    Ok(Json(KeyList { keys: stored.into_iter().map(key).collect() }))
}

/// Make a key
///
/// For a program that changes something, or reads where reading is closed.
#[utoipa::path(
    post, path = "/keys", tag = "accounts",
    request_body(content = NewKey, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = MadeKey),
        (status = 400, description = "Not a name or a role.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There are 1,000 good keys; revoke one first.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create_key(
    State(app): State<App>,
    Admin(caller): Admin,
    params: Params,
    body: JsonBody,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let NewKey { name, role } = body.into_type()?;
    if !is_name(&name) {
        return Err(Problem::member("name", &format!("allowed are {}", name::ALLOWED)));
    }
    let key = token::draw(token::KEY);
    let make = async {
        let mut transaction = app.database.pool().begin().await?;
        if keys::count(&mut transaction).await? >= keys::MAX_KEYS {
            return Ok(None);
        }
        let id = keys::create(&mut transaction, &name, role, &caller, &token::digest_of(&key)).await?;
        let after = Some(json!({ "id": id, "role": role }));
        let change = Change { action: "key.create", object: &name, after, ..Change::default() };
        audit::record(&mut transaction, &caller, change).await?;
        transaction.commit().await?;
        Ok(Some(id))
    };
    let made = app.database.ask(make).await?;
    let id =
        made.ok_or_else(|| Problem::conflict("there are as many keys as there may be; revoke one first"))?;
    let made = Json(MadeKey { id, name, role, key: key.expose_secret().to_owned() });
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], made).into_response())
}

/// Revoke a key
///
/// It is no good from now on.
#[utoipa::path(
    delete, path = "/keys/{id}", tag = "accounts",
    params(("id" = u64, Path, description = "Number of the key.", minimum = 1)),
    responses(
        (status = 204, description = "Revoked."),
        (status = 400, description = "Not a number.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such key, or revoked before.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn revoke_key(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(id): Path<String>,
    params: Params,
) -> Result<StatusCode, Problem> {
    params.only(&[])?;
    let id = super::number(&id)?;
    let revoke = async {
        let mut transaction = app.database.pool().begin().await?;
        let Some(name) = keys::revoke(&mut transaction, id).await? else { return Ok(false) };
        let before = Some(json!({ "id": id }));
        let change = Change { action: "key.revoke", object: &name, before, ..Change::default() };
        audit::record(&mut transaction, &caller, change).await?;
        transaction.commit().await?;
        Ok(true)
    };
    if !app.database.ask(revoke).await? {
        return Err(Problem::not_found(format!("there is no key {id} that could be revoked")));
    }
    Ok(StatusCode::NO_CONTENT)
}
