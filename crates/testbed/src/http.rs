//! A plain HTTP client for tests: small bodies, no TLS, nothing kept open between calls.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{HeaderMap, Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use crate::Error;

pub(crate) type HttpClient = Client<HttpConnector, Full<Bytes>>;

const LIMIT_BYTES: usize = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(90);

pub(crate) fn client() -> HttpClient {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Status and body of a GET.
///
/// # Errors
/// When nobody answers within 90 s.
pub async fn get(url: &str) -> Result<(u16, String), Error> {
    send(&client(), Method::GET, url, None).await
}

/// Status and body of any request; `body` is its media type and text.
///
/// # Errors
/// When nobody answers within 90 s.
pub async fn request(method: &str, url: &str, body: Option<(&str, &str)>) -> Result<(u16, String), Error> {
    let method = method.parse().map_err(|_| failed(url, format_args!("no such method: {method}")))?;
    send(&client(), method, url, body).await
}

/// The same by whom a key of the web program speaks for; see [`crate::web_key()`].
///
/// # Errors
/// When nobody answers within 90 s.
pub async fn request_as(
    key: &str,
    method: &str,
    url: &str,
    body: Option<(&str, &str)>,
) -> Result<(u16, String), Error> {
    let method = method.parse().map_err(|_| failed(url, format_args!("no such method: {method}")))?;
    let authorization = format!("Bearer {key}");
    let (status, _, body) =
        exchange(&client(), method, url, &[("authorization", &authorization)], body).await?;
    Ok((status, body))
}

pub(crate) async fn send(
    client: &HttpClient,
    method: Method,
    url: &str,
    body: Option<(&str, &str)>,
) -> Result<(u16, String), Error> {
    let (status, _, body) = exchange(client, method, url, &[], body).await?;
    Ok((status, body))
}

/// Status, headers and body of a request with headers of its own.
pub(crate) async fn exchange(
    client: &HttpClient,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<(&str, &str)>,
) -> Result<(u16, HeaderMap, String), Error> {
    let mut builder = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    if let Some((media_type, _)) = body {
        builder = builder.header("content-type", media_type);
    }
    let bytes = Bytes::copy_from_slice(body.map_or("", |(_, text)| text).as_bytes());
    let request = builder.body(Full::new(bytes)).map_err(|error| failed(url, error))?;
    let exchange = async {
        let response = client.request(request).await.map_err(|error| failed(url, error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = Limited::new(response.into_body(), LIMIT_BYTES).collect().await;
        let body = body.map_err(|error| failed(url, error))?.to_bytes();
        Ok((status, headers, String::from_utf8_lossy(&body).into_owned()))
    };
    timeout(PATIENCE, exchange).await.map_err(|error| failed(url, error))?
}

pub(crate) fn failed(url: &str, error: impl std::fmt::Display) -> Error {
    Error::Io { doing: "ask", path: url.into(), source: std::io::Error::other(error.to_string()) }
}
