//! Keeps other sites from changing anything through a visitor's browser.

use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri, header, uri::Authority};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;

/// Knows the names under which this server is reached.
#[derive(Debug, Clone)]
pub struct Guard {
    names: Arc<[String]>,
}

impl Guard {
    /// A guard of a server with these names, besides localhost, IP addresses and names without a dot.
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        Self { names: names.iter().map(|name| name.trim().to_ascii_lowercase()).collect() }
    }

    /// Whether a request may change something, as far as its headers tell.
    ///
    /// A browser says of itself where a request comes from (`Sec-Fetch-Site`, `Origin`). A foreign site can point its own
    /// name at this machine and then looks like this one, but for that name. What is no browser sends neither header.
    ///
    /// # Errors
    /// Names the header that speaks against it.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).unwrap_or_default();
        if !self.is_own(host) {
            return Err(Problem::foreign(
                "Host",
                format!("{host:?} is no name of this server; if it is, add it to VIGIROUTE_HTTP_NAMES"),
            ));
        }
        if let Some(site) = headers.get("sec-fetch-site")
            && site != "same-origin"
            && site != "none"
        {
            return Err(Problem::foreign("Sec-Fetch-Site", "only this server's own page may ask this"));
        }
        match headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
            Some(origin) if !is_same(origin, host) => {
                Err(Problem::foreign("Origin", "only this server's own page may ask this"))
            }
            _ => Ok(()),
        }
    }

    fn is_own(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']');
        !name.contains('.') && !name.is_empty()
            || name.ends_with(".localhost")
            || address.parse::<IpAddr>().is_ok()
            || self.names.contains(&name)
    }
}

fn is_same(origin: &str, host: &str) -> bool {
    let origin = origin.parse::<Uri>().ok();
    origin
        .and_then(|origin| origin.authority().map(|a| a.as_str().eq_ignore_ascii_case(host)))
        .unwrap_or(false)
}

/// Lets only this server's own page, and what is no browser, pass.
pub async fn refuse_foreign_sites(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match guard.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            metrics::counter!("vigiroute_web_foreign_requests_total").increment(1);
            problem.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn refused(headers: &[(&'static str, &'static str)]) -> Option<String> {
        let headers =
            headers.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect();
        Guard::new(&["Traffic.example.org".into()]).check(&headers).err().and_then(|p| p.parameter)
    }

    #[test]
    fn this_page_and_programs_may_change_things() {
        assert_eq!(refused(&[("host", "127.0.0.1:8080")]), None);
        assert_eq!(refused(&[("host", "[::1]:8080")]), None);
        assert_eq!(refused(&[("host", "web:8080")]), None);
        assert_eq!(refused(&[("host", "traffic.example.org")]), None);
        let own = [
            ("host", "localhost:8080"),
            ("origin", "http://localhost:8080"),
            ("sec-fetch-site", "same-origin"),
        ];
        assert_eq!(refused(&own), None);
    }

    #[test]
    fn other_sites_may_not_whatever_trick_they_use() {
        let cross = [("host", "localhost:8080"), ("sec-fetch-site", "cross-site")];
        assert_eq!(refused(&cross).as_deref(), Some("Sec-Fetch-Site"));
        let other_port = [("host", "localhost:8080"), ("sec-fetch-site", "same-site")];
        assert_eq!(refused(&other_port).as_deref(), Some("Sec-Fetch-Site"));
        for origin in ["http://evil.example", "http://localhost:3000", "null", ""] {
            let headers = [("host", "localhost:8080"), ("origin", origin)];
            assert_eq!(refused(&headers).as_deref(), Some("Origin"), "{origin}");
        }
        // A name that was pointed at this machine after the page had been loaded from it.
        let rebound = [
            ("host", "evil.example:8080"),
            ("origin", "http://evil.example:8080"),
            ("sec-fetch-site", "same-origin"),
        ];
        assert_eq!(refused(&rebound).as_deref(), Some("Host"));
        assert_eq!(refused(&[]).as_deref(), Some("Host"));
    }
}
