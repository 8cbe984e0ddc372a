//! Gives every request an id, a span in the log and a place in the metrics.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument;

/// The answers when another server is away.
const MISSING: [StatusCode; 3] =
    [StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT];
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Logs (at DEBUG; faults of this program at WARN), measures, and names the request in the answer's `X-Request-Id`.
pub async fn observe(request: Request, next: Next) -> Response {
    let id = format!("{:016x}", rand::random::<u64>());
    let method = request.method().clone();
    // The route, not the path: what is counted must be bounded.
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, %method, path = request.uri().path());
    let begin = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status();
    let elapsed = begin.elapsed();
    metrics::histogram!(
        "vigiroute_web_request_seconds",
        "method" => method.as_str().to_owned(), "route" => route, "status" => status.as_str().to_owned()
    )
    .record(elapsed.as_secs_f64());
    span.in_scope(|| {
        let elapsed_ms = elapsed.as_secs_f64() * 1e3;
        // What is away was logged once by whoever looks after it, not by each request.
        if status.is_server_error() && !MISSING.contains(&status) {
            tracing::warn!(status = status.as_u16(), elapsed_ms, "a request failed");
        } else {
            tracing::debug!(status = status.as_u16(), elapsed_ms, "answered");
        }
    });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
