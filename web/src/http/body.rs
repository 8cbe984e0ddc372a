//! Bodies of JSON.

use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// Longest body that is taken.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Longest time for a body to arrive.
const ARRIVE_WITHIN: Duration = Duration::from_secs(10);
/// Forms of other sites cannot send these without asking first, which they are not allowed.
const MEDIA_TYPES: [&str; 2] = ["application/json", "application/geo+json"];

/// A body with a zone in it.
#[derive(Debug)]
pub struct ZoneBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for ZoneBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        json(request, &MEDIA_TYPES).await.map(Self)
    }
}

/// A body of JSON that is nothing but JSON.
#[derive(Debug)]
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        json(request, &MEDIA_TYPES[..1]).await.map(Self)
    }
}

impl JsonBody {
    /// The body as what is asked for.
    ///
    /// # Errors
    /// When it is something else.
    pub fn into_type<T: DeserializeOwned>(self) -> Result<T, Problem> {
        serde_json::from_value(self.0).map_err(|error| Problem::body(error.to_string()))
    }
}

async fn json(request: Request, media_types: &[&str]) -> Result<Value, Problem> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !media_types.iter().any(|allowed| media_type.eq_ignore_ascii_case(allowed)) {
        return Err(Problem::media_type(&media_types.join(" or ")));
    }
    let bytes = read(request.into_body()).await?;
    serde_json::from_slice(&bytes).map_err(|error| Problem::body(format!("not JSON: {error}")))
}

/// Reads a body of at most [`MAX_BODY_BYTES`] that arrives within 10 s.
///
/// # Errors
/// When it is longer, slower, or broken off.
pub async fn read(body: Body) -> Result<bytes::Bytes, Problem> {
    let arrived = timeout(ARRIVE_WITHIN, Limited::new(body, MAX_BODY_BYTES).collect()).await;
    match arrived {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::too_large(MAX_BODY_BYTES)),
        Ok(Err(error)) => Err(Problem::body(format!("it broke off: {error}"))),
        Err(_) => Err(Problem::body(format!("it did not arrive within {} s", ARRIVE_WITHIN.as_secs()))),
    }
}
