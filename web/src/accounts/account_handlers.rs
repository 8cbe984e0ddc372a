//! Making and changing accounts.

use super::name::{self, is_name};
use super::password::weakness;
use super::{Admin, Caller, Proof, Role, SignedIn, sessions, store, token};
use crate::app::App;
use crate::audit::{self, Change};
use crate::http::{JsonBody, Params};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When its password was set last.
    #[schema(value_type = String, format = DateTime)]
    pub password_set_at: Timestamp,
    /// Since when it cannot sign in; null if it can.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    pub disabled_at: Option<Timestamp>,
}

/// All accounts, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// The accounts.
    pub accounts: Vec<Account>,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "marie", "role": "operator"}))]
pub struct NewAccount {
    /// Its name.
    #[schema(pattern = "^[A-Za-z0-9_.@-]{1,64}$")]
    name: String,
    /// What it may do.
    role: Role,
    /// Its password, 12 characters or more; without one it is drawn.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    password: Option<String>,
}

/// An account that was made.
#[derive(Serialize, ToSchema)]
pub struct MadeAccount {
    /// Its name.
    name: String,
    /// What it may do.
    role: Role,
    /// Its password, if it was drawn: told this once.
    #[schema(required = true)]
    password: Option<String>,
}

/// What is to be changed of an account; what is not named stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"disabled": true}))]
pub struct AccountChange {
    /// What it may do from now on.
    role: Option<Role>,
    /// Whether it can no longer sign in; its sessions end.
    disabled: Option<bool>,
    /// A new password, 12 characters or more; its sessions end.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    password: Option<String>,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    #[schema(max_length = 256, format = Password)]
    current: String,
    /// The password from now on, 12 characters or more.
    #[schema(min_length = 12, max_length = 256, format = Password)]
    new: String,
}

/// All accounts
#[utoipa::path(
    get, path = "/accounts", tag = "accounts",
    responses(
        (status = 200, description = "The accounts, by name.", body = AccountList),
        (status = 403, description = "For admins.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_accounts(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<AccountList>, Problem> {
    params.only(&[])?;
    let stored = app.database.ask(store::all(app.database.pool())).await?;
    Ok(Json(AccountList { accounts: stored.into_iter().map(account).collect() }))
}

/// Make an account
#[utoipa::path(
    post, path = "/accounts", tag = "accounts",
    request_body(content = NewAccount, content_type = "application/json"),
    responses(
        (status = 201, description = "Made.", body = MadeAccount),
        (status = 400, description = "Not a name, a role, or a good password.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There is such an account, or there are 1,000.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create_account(
    State(app): State<App>,
    Admin(caller): Admin,
    params: Params,
    body: JsonBody,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let NewAccount { name, role, password } = body.into_type()?;
    if !is_name(&name) {
        return Err(Problem::member("name", &format!("allowed are {}", name::ALLOWED)));
    }
    let (password, drawn) = match password {
        Some(password) => (chosen("password", password, &name)?, None),
        None => {
            let drawn = token::draw_password();
            let told = drawn.expose_secret().to_owned();
            (drawn, Some(told))
        }
    };
    let hash = app.accounts.hasher.hash(password).await?;
    let made = async {
        let mut transaction = app.database.pool().begin().await?;
        if store::count(&mut transaction).await? >= store::MAX_ACCOUNTS {
            return Ok(None);
        }
        let made = store::create(&mut transaction, &name, role, &hash).await?;
        if made {
            let after = Some(json!({ "role": role }));
            let change = Change { action: "account.create", object: &name, after, ..Change::default() };
            audit::record(&mut transaction, &caller, change).await?;
            transaction.commit().await?;
        }
        Ok(Some(made))
    };
    match app.database.ask(made).await? {
        Some(true) => {}
        Some(false) => return Err(Problem::conflict(format!("there is an account {name} already"))),
        None => return Err(Problem::conflict("there are as many accounts as there may be")),
    }
    let made = Json(MadeAccount { name, role, password: drawn });
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], made).into_response())
}

/// Change an account
///
/// Its role, its password, or whether it can sign in. The last admin stays one.
#[utoipa::path(
    patch, path = "/accounts/{name}", tag = "accounts",
    params(("name" = String, Path, description = "Name of the account.", pattern = "^[A-Za-z0-9_.@-]{1,64}$")),
    request_body(content = AccountChange, content_type = "application/json"),
    responses(
        (status = 200, description = "Changed.", body = Account),
        (status = 400, description = "Not a name, a role, or a good password; or nothing is asked for.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such account.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is the last admin.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change_account(
    State(app): State<App>,
    Admin(caller): Admin,
    Path(name): Path<String>,
    params: Params,
    body: JsonBody,
) -> Result<Json<Account>, Problem> {
    params.only(&[])?;
    if !is_name(&name) {
        return Err(Problem::parameter("name", &name, name::ALLOWED));
    }
    let AccountChange { role, disabled, password } = body.into_type()?;
    if role.is_none() && disabled.is_none() && password.is_none() {
        return Err(Problem::body("nothing is asked for"));
    }
    let hash = match password {
        Some(password) => Some(app.accounts.hasher.hash(chosen("password", password, &name)?).await?),
        None => None,
    };
    let change = Wanted { role, disabled, hash };
    match app.database.ask(apply(&app, &caller, &name, change)).await? {
        Applied::Done(stored) => Ok(Json(account(stored))),
        Applied::NoSuch => Err(Problem::not_found(format!("there is no account {name}"))),
        Applied::LastAdmin => {
            Err(Problem::conflict(format!("{name} is the last admin; make another one first")))
        }
    }
}

struct Wanted {
    role: Option<Role>,
    disabled: Option<bool>,
    hash: Option<String>,
}

enum Applied {
    Done(store::Stored),
    NoSuch,
    LastAdmin,
}

async fn apply(app: &App, caller: &Caller, name: &str, wanted: Wanted) -> Result<Applied, sqlx::Error> {
    let mut transaction = app.database.pool().begin().await?;
    // Before the account itself, so that two who change admins at once hold them in the same order.
    let admins = store::count_admins(&mut transaction).await?;
    let Some(before) = store::hold(&mut transaction, name).await? else { return Ok(Applied::NoSuch) };
    let is_admin = before.role == Role::Admin && before.disabled_at.is_none();
    let stays = wanted.role.is_none_or(|role| role == Role::Admin) && wanted.disabled != Some(true);
    if is_admin && !stays && admins < 2 {
        return Ok(Applied::LastAdmin);
    }
    if let Some(role) = wanted.role {
        store::set_role(&mut transaction, name, role).await?;
    }
    if let Some(disabled) = wanted.disabled {
        store::set_disabled(&mut transaction, name, disabled).await?;
    }
    if let Some(hash) = &wanted.hash {
        store::set_password(&mut transaction, name, hash).await?;
    }
    if wanted.hash.is_some() || wanted.disabled == Some(true) {
        sessions::end_all(&mut transaction, name, None).await?;
    }
    let Some(after) = store::hold(&mut transaction, name).await? else { return Ok(Applied::NoSuch) };
    let told =
        |stored: &store::Stored| json!({ "role": stored.role, "disabled": stored.disabled_at.is_some() });
    let mut now = told(&after);
    if wanted.hash.is_some() {
        now["password"] = json!("changed");
    }
    let change =
        Change { action: "account.change", object: name, before: Some(told(&before)), after: Some(now) };
    audit::record(&mut transaction, caller, change).await?;
    transaction.commit().await?;
    Ok(Applied::Done(after))
}

/// Change one's own password
///
/// All other sessions of the account end.
#[utoipa::path(
    put, path = "/account/password", tag = "accounts",
    request_body(content = PasswordChange, content_type = "application/json"),
    responses(
        (status = 204, description = "Changed."),
        (status = 400, description = "Not the current password, or not a good new one.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Asked by another site, or by a key.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "Too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not application/json.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many failures; `Retry-After` says when to try again.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change_password(
    State(app): State<App>,
    SignedIn(caller): SignedIn,
    params: Params,
    body: JsonBody,
) -> Result<StatusCode, Problem> {
    params.only(&[])?;
    let Proof::Session { id, account } = &caller.proof else {
        return Err(Problem::forbidden("a key has no password"));
    };
    let PasswordChange { current, new } = body.into_type()?;
    let new = chosen("new", new, account)?;
    // Who found a browser open must not guess the password here either. Counted by account alone.
    let nowhere = std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
    let tried = app.accounts.limit.begin(account, nowhere, std::time::Instant::now());
    tried.map_err(|wait| Problem::too_many("too many wrong passwords", wait))?;
    let known = app.database.ask(store::password(app.database.pool(), account)).await?;
    if !app.accounts.hasher.verify(current.into(), known.map(|(hash, _)| hash)).await? {
        return Err(Problem::member("current", "it is not the password"));
    }
    app.accounts.limit.succeeded(account, nowhere);
    let hash = app.accounts.hasher.hash(new).await?;
    let set = async {
        let mut transaction = app.database.pool().begin().await?;
        store::set_password(&mut transaction, account, &hash).await?;
        sessions::end_all(&mut transaction, account, Some(*id)).await?;
        let change = Change { action: "account.password", object: account, ..Change::default() };
        audit::record(&mut transaction, &caller, change).await?;
        transaction.commit().await
    };
    app.database.ask(set).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn chosen(member: &str, password: String, account: &str) -> Result<SecretString, Problem> {
    match weakness(&password, account) {
        None => Ok(password.into()),
        Some(why) => Err(Problem::member(member, &why)),
    }
}

fn account(stored: store::Stored) -> Account {
    let store::Stored { name, role, created_at, password_set_at, disabled_at } = stored;
    Account { name, role, created_at, password_set_at, disabled_at }
}
