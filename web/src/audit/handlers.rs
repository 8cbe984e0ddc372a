//! The request for the record.

use crate::accounts::{Admin, timestamp};
use crate::app::App;
use crate::http::Params;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sqlx::types::time::OffsetDateTime;
use sqlx::{MySql, MySqlPool, QueryBuilder};
use utoipa::ToSchema;

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1_000;

/// A page of the record, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditPage {
    /// What was changed.
    pub entries: Vec<AuditEntry>,
    /// The `before` of the next page; null on the last.
    #[schema(minimum = 1)]
    pub next: Option<u64>,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    /// Counts up.
    #[schema(minimum = 1)]
    pub id: u64,
    /// When it was changed.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The account, `key N (NAME)`, or `command line`.
    #[schema(example = "marie")]
    pub who: String,
    /// What was done.
    #[schema(example = "zone.put")]
    pub action: String,
    /// To what.
    #[schema(example = "centre")]
    pub object: String,
    /// What it was before; null if there was nothing or nothing is told.
    #[schema(required = true)]
    pub before: Option<Value>,
    /// What it was then; null if it was gone or nothing is told.
    #[schema(required = true)]
    pub after: Option<Value>,
}

/// Who changed what
///
/// Newest first. For the next page give `next` as `before`. Old entries are deleted after the collector's
/// `VIGIROUTE_AUDIT_DAYS`.
#[utoipa::path(
    get, path = "/audit", tag = "accounts",
    params(
        ("who" = Option<String>, Query, description = "Changes by this account or key alone.", min_length = 1, max_length = 96),
        ("object" = Option<String>, Query, description = "Changes of this alone, such as a zone's id.", min_length = 1, max_length = 255),
        ("limit" = Option<u32>, Query, description = "Most entries on a page; 100 unless given.", minimum = 1, maximum = 1000),
        ("before" = Option<u64>, Query, description = "`next` of the page before.", minimum = 1),
    ),
    responses(
        (status = 200, description = "A page.", body = AuditPage),
        (status = 400, description = "A parameter is unknown, repeated or out of range.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "For admins.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The database is away.", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_audit(
    State(app): State<App>,
    _admin: Admin,
    params: Params,
) -> Result<Json<AuditPage>, Problem> {
    let params = params.only(&["who", "object", "limit", "before"])?;
    let text =
        |most: usize| move |text: &str| (1..=most).contains(&text.chars().count()).then(|| text.to_owned());
    let who = params.read("who", "1 to 96 characters", text(96))?;
    let object = params.read("object", "1 to 255 characters", text(255))?;
    let limit = params.read("limit", "a number from 1 to 1000", |text| {
        text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit))
    })?;
    let before =
        params.read("before", "the `next` of a page", |text| text.parse().ok().filter(|id| *id > 0))?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    let mut entries = app.database.ask(select(app.database.pool(), who, object, before, limit + 1)).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.id);
    Ok(Json(AuditPage { entries, next }))
}

type Row = (u64, OffsetDateTime, String, String, String, Option<Value>, Option<Value>);

async fn select(
    pool: &MySqlPool,
    who: Option<String>,
    object: Option<String>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<AuditEntry>, sqlx::Error> {
    let mut query = QueryBuilder::<MySql>::new(
        "SELECT id, at, who, action, object, value_before, value_after FROM audit WHERE TRUE",
    );
    if let Some(who) = who {
        query.push(" AND who = ").push_bind(who);
    }
    if let Some(object) = object {
        query.push(" AND object = ").push_bind(object);
    }
    if let Some(before) = before {
        query.push(" AND id < ").push_bind(before);
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(pool).await?;
    let entry = |(id, at, who, action, object, before, after): Row| AuditEntry {
        id,
        at: timestamp(at),
        who,
        action,
        object,
        before,
        after,
    };
    Ok(rows.into_iter().map(entry).collect())
}
