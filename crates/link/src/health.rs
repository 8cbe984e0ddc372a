//! Whether a program lives, whether it is ready, and what it measured, over HTTP.

use crate::Readiness;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use std::fmt::Write;
use std::io;
use std::net::SocketAddr;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The port for health and metrics cannot be had.
#[derive(Debug, Error)]
#[error("cannot serve health and metrics on {bind}: {source}; set VIGIROUTE_HEALTH_BIND to a free address")]
pub struct HealthError {
    /// The address asked for.
    pub bind: SocketAddr,
    /// What the system says.
    #[source]
    pub source: io::Error,
}

/// Serves `/health/live`, `/health/ready` and `/metrics` until `shutdown`; gives the address bound (port 0 takes a
/// free one).
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(
    bind: SocketAddr,
    readiness: Readiness,
    metrics: PrometheusHandle,
    shutdown: CancellationToken,
) -> Result<SocketAddr, HealthError> {
    let failed = |source| HealthError { bind, source };
    let listener = TcpListener::bind(bind).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tokio::spawn(async move {
        let served = axum::serve(listener, routes(readiness, metrics))
            .with_graceful_shutdown(shutdown.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "health and metrics are not served any more");
        }
    });
    Ok(address)
}

/// The routes alone, for a program that has an HTTP server already.
pub fn routes(readiness: Readiness, metrics: PrometheusHandle) -> Router {
    let live_and_ready = Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .with_state(readiness);
    live_and_ready.merge(Router::new().route("/metrics", get(rendered)).with_state(metrics))
}

/// 200, or 503 with a line for each thing that is missing.
async fn ready(State(readiness): State<Readiness>) -> Response {
    let missing = readiness.missing();
    if missing.is_empty() {
        return "ready\n".into_response();
    }
    let mut body = String::new();
    for lack in missing {
        let _ = writeln!(body, "{}: not for {} s: {}", lack.name, lack.lasting.as_secs(), lack.reason);
    }
    (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
}

async fn rendered(State(metrics): State<PrometheusHandle>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    async fn fetch(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: health\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn readiness_names_what_is_missing_until_nothing_is() {
        let readiness = Readiness::new();
        let xmpp = readiness.condition("xmpp");
        xmpp.unmet("the password is refused");
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let shutdown = CancellationToken::new();
        let any = "127.0.0.1:0".parse().unwrap();
        let address = serve(any, readiness, metrics, shutdown.clone()).await.unwrap();

        assert!(fetch(address, "/health/live").await.starts_with("HTTP/1.1 200"));
        let answer = fetch(address, "/health/ready").await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.ends_with("xmpp: not for 0 s: the password is refused\n"), "{answer}");
        xmpp.met();
        assert!(fetch(address, "/health/ready").await.starts_with("HTTP/1.1 200"));
        assert!(fetch(address, "/metrics").await.starts_with("HTTP/1.1 200"));
        shutdown.cancel();
    }

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let address = taken.local_addr().unwrap();
        let error = serve(address, Readiness::new(), metrics, CancellationToken::new()).await.unwrap_err();
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }
}
