//! What is answered when something is wrong: problem documents (RFC 9457).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:vigiroute:problem:parameter", "title": "A parameter cannot be used", "status": 400,
    "detail": "parameter `limit`: \"0\" is not allowed", "parameter": "limit", "allowed": "a number from 1 to 1000"
}))]
pub struct Problem {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind of problem, for people.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong this time, and what to do.
    pub detail: String,
    /// The parameter, header or member that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is allowed there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
    /// When to try again, in seconds; the same as `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            parameter: None,
            allowed: None,
            retry_after_s: None,
        }
    }

    /// 400: a parameter with a value that is not allowed.
    #[must_use]
    pub fn parameter(name: &str, value: &str, allowed: impl Into<String>) -> Self {
        let value: String = value.chars().take(100).collect();
        let detail = format!("parameter `{name}`: {value:?} is not allowed");
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "urn:vigiroute:problem:parameter",
            "A parameter cannot be used",
            detail,
        );
        problem.parameter = Some(name.to_owned());
        problem.allowed = Some(allowed.into());
        problem
    }

    /// 400: a body that cannot be read or used; `parameter` is the member that is wrong, if it is one.
    #[must_use]
    pub fn body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "urn:vigiroute:problem:body", "The body cannot be used", detail)
    }

    /// 400: a member of a body, named with those it is inside of; empty for the body as a whole.
    #[must_use]
    pub fn member(name: &str, reason: &str) -> Self {
        if name.is_empty() {
            return Self::body(reason);
        }
        let mut problem = Self::body(format!("`{name}`: {reason}"));
        problem.parameter = Some(name.to_owned());
        problem
    }

    /// 401: it is not known who asks.
    #[must_use]
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "urn:vigiroute:problem:unauthorized", "Not signed in", detail)
    }

    /// 403: who asks may not.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "urn:vigiroute:problem:forbidden", "Not allowed", detail)
    }

    /// 429: too often; again after `wait`.
    #[must_use]
    pub fn too_many(detail: impl Into<String>, wait: Duration) -> Self {
        let mut problem =
            Self::new(StatusCode::TOO_MANY_REQUESTS, "urn:vigiroute:problem:too-many", "Too often", detail);
        problem.retry_after_s = Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1));
        problem
    }

    /// 403: a change that another site seems to ask for.
    #[must_use]
    pub fn foreign(header: &str, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(
            StatusCode::FORBIDDEN,
            "urn:vigiroute:problem:foreign-site",
            "Not from another site",
            detail,
        );
        problem.parameter = Some(header.to_owned());
        problem
    }

    /// 404.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "urn:vigiroute:problem:not-found", "There is no such thing", detail)
    }

    /// 405: `allowed` are the methods that are.
    #[must_use]
    pub fn method(allowed: &str) -> Self {
        let mut problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "urn:vigiroute:problem:method",
            "Not with this method",
            format!("use {allowed} here"),
        );
        problem.allowed = Some(allowed.to_owned());
        problem
    }

    /// 409: it cannot be done as things are.
    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "urn:vigiroute:problem:conflict", "Not as things are", detail)
    }

    /// 413: more than `limit_bytes`.
    #[must_use]
    pub fn too_large(limit_bytes: usize) -> Self {
        let detail = format!("a body has at most {limit_bytes} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "urn:vigiroute:problem:too-large", "Too large", detail)
    }

    /// 415: `allowed` are the media types that are.
    #[must_use]
    pub fn media_type(allowed: &str) -> Self {
        let detail = format!("send a body of type {allowed}, and say so in Content-Type");
        let mut problem = Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "urn:vigiroute:problem:media-type",
            "Not of this type",
            detail,
        );
        problem.parameter = Some("Content-Type".to_owned());
        problem.allowed = Some(allowed.to_owned());
        problem
    }

    /// 500: our own fault; the details are in the log only.
    #[must_use]
    pub fn internal() -> Self {
        let detail = "the server made a mistake, which it has logged";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "urn:vigiroute:problem:internal",
            "The server's mistake",
            detail,
        )
    }

    /// 502: a server behind this one does not answer.
    #[must_use]
    pub fn bad_gateway(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_GATEWAY,
            "urn:vigiroute:problem:upstream",
            "A server behind this one does not answer",
            detail,
        )
    }

    /// 503: for a while.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        let kind = "urn:vigiroute:problem:unavailable";
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, kind, "Not now", detail);
        problem.retry_after_s = Some(5);
        problem
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response =
            (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(wait_s) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, wait_s.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"vigiroute\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        if status == StatusCode::METHOD_NOT_ALLOWED
            && let Some(allowed) = self.allowed.and_then(|allowed| HeaderValue::from_str(&allowed).ok())
        {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    }
}
