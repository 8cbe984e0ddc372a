//! The browsers' way to the live feed: passes BOSH requests (XEP-0124) on to Prosody, which is reachable from here only.
//!
//! A BOSH request may be held for a minute until there is something to say, so there is no short time-out here and no
//! compression; what bounds it is the number of requests at once.

mod sessions;

use crate::http::body;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use link::settings::SettingsError;
use sessions::Sessions;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutBody;

/// Longest wait for a connection to Prosody.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// Longest wait for an answer, and for each piece of it. Prosody holds a request for 60 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(150);
/// Connections that nobody uses are closed before Prosody does it.
const IDLE_FOR: Duration = Duration::from_secs(20);
/// Most requests at once; every open page has one or two.
const MAX_REQUESTS: usize = 2_000;

/// What belongs to one connection only and is not passed on.
const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];
/// What Prosody has no need of.
const PRIVATE: [HeaderName; 6] = [
    header::HOST,
    header::COOKIE,
    header::AUTHORIZATION,
    header::ORIGIN,
    header::REFERER,
    header::CONTENT_LENGTH,
];

/// Passes requests on. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bosh {
    client: Client<HttpConnector, Full<Bytes>>,
    url: Uri,
    room: Arc<Semaphore>,
    sessions: Sessions,
    stop: CancellationToken,
}

impl Bosh {
    /// A way to the service at `url`; requests that are held when `stop` comes are answered at once.
    ///
    /// # Errors
    /// When the URL is no `http://` URL.
    pub fn new(url: &str, stop: CancellationToken) -> Result<Self, SettingsError> {
        let invalid = |reason: String| SettingsError::Invalid {
            name: "VIGIROUTE_BOSH_URL",
            value: url.to_owned(),
            reason: format!("{reason}; write http://HOST:PORT/http-bind"),
        };
        let url: Uri = url.parse().map_err(|error| invalid(format!("{error}")))?;
        if url.scheme_str() != Some("http") || url.authority().is_none() {
            return Err(invalid("not an http URL".into()));
        }
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_WITHIN));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_FOR)
            .pool_timer(hyper_util::rt::TokioTimer::new())
            .build(connector);
        Ok(Self {
            client,
            url,
            room: Arc::new(Semaphore::new(MAX_REQUESTS)),
            sessions: Sessions::default(),
            stop,
        })
    }

    /// Whether the service answers at all, and if not, why.
    ///
    /// # Errors
    /// Why not, for people.
    pub async fn probe(&self) -> Result<(), String> {
        let request = hyper::Request::get(self.url.clone()).body(Full::default());
        let request = request.map_err(|error| error.to_string())?;
        match timeout(CONNECT_WITHIN * 2, self.client.request(request)).await {
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(format!("{} answers {}", self.url, response.status())),
            Ok(Err(error)) => Err(format!("{} does not answer: {}", self.url, cause(&error))),
            Err(_) => Err(format!("{} does not answer in time", self.url)),
        }
    }

    /// Shows how many browsers are connected and how many requests are held. To be called every few seconds.
    pub fn measure(&self) {
        self.sessions.forget_silent(Instant::now());
        #[allow(clippy::cast_precision_loss, reason = "a gauge")]
        metrics::gauge!("vigiroute_web_bosh_requests_held")
            .set((MAX_REQUESTS - self.room.available_permits()) as f64);
    }

    async fn pass(&self, request: Request) -> Result<Response, Problem> {
        let _room = self.room.clone().try_acquire_owned().map_err(|_| {
            Problem::unavailable(format!("{MAX_REQUESTS} requests are being held; try again"))
        })?;
        let (parts, body) = request.into_parts();
        let body = body::read(body).await?;
        self.sessions.heard(&body, Instant::now());
        let mut onward = hyper::Request::new(Full::new(body));
        *onward.method_mut() = Method::POST;
        *onward.uri_mut() = self.url.clone();
        *onward.headers_mut() = end_to_end(&parts.headers);
        for name in PRIVATE {
            onward.headers_mut().remove(name);
        }
        let answer = tokio::select! {
            answer = timeout(ANSWER_WITHIN, self.client.request(onward)) => answer,
            () = self.stop.cancelled() => return Err(Problem::unavailable("the server ends; try again")),
        };
        let answer = match answer {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::debug!(error = cause(&error), "the BOSH service does not answer");
                return Err(Problem::bad_gateway("the live feed is away; try again"));
            }
            Err(_) => return Err(Problem::bad_gateway("the live feed does not answer in time")),
        };
        let (parts, body) = answer.into_parts();
        let mut response = Response::new(Body::new(TimeoutBody::new(ANSWER_WITHIN, body)));
        *response.status_mut() = parts.status;
        *response.headers_mut() = end_to_end(&parts.headers);
        let headers = response.headers_mut();
        headers.remove(header::SERVER);
        // The service invites all sites; this server invites none.
        let invitations: Vec<HeaderName> =
            headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in invitations {
            headers.remove(name);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }
}

/// `/http-bind`.
pub async fn handle(State(bosh): State<Bosh>, request: Request) -> Response {
    match *request.method() {
        Method::POST => bosh.pass(request).await.into_response(),
        Method::OPTIONS => (StatusCode::NO_CONTENT, [(header::ALLOW, "POST, OPTIONS")]).into_response(),
        _ => Problem::method("POST, OPTIONS").into_response(),
    }
}

/// The headers without those that belong to one connection: the known ones, and those that `Connection` names.
fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let stays = |name: &HeaderName| !HOP_BY_HOP.contains(name) && !named.contains(name);
    headers
        .iter()
        .filter(|(name, _)| stays(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The innermost reason, which says most.
fn cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_one_connection_is_not_passed_on() {
        let headers: HeaderMap = [
            ("connection", "close, X-Secret"),
            ("x-secret", "1"),
            ("transfer-encoding", "chunked"),
            ("content-type", "text/xml"),
        ]
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
        .collect();
        let passed = end_to_end(&headers);
        assert_eq!(passed.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["content-type"]);
    }

    #[test]
    fn only_http_urls_are_taken() {
        let stop = CancellationToken::new;
        assert!(Bosh::new("http://127.0.0.1:5280/http-bind", stop()).is_ok());
        for url in ["https://example.org/http-bind", "/http-bind", "prosody:5280", "http://a b"] {
            let error = Bosh::new(url, stop()).unwrap_err().to_string();
            assert!(error.contains("VIGIROUTE_BOSH_URL"), "{error}");
        }
    }
}
