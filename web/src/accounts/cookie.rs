//! The cookie of a session.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;

/// Over TLS. Browsers take a cookie of such a name only from this very host, over TLS, for all of its paths.
const SECURE_NAME: &str = "__Host-vigiroute_session";
/// On this machine, without TLS.
const PLAIN_NAME: &str = "vigiroute_session";

/// How a password comes here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Over TLS, up to a server before this one.
    Tls,
    /// Without leaving the machine.
    Loopback,
    /// Over a network where others can read it.
    Plain,
}

impl Way {
    /// As the browser's `Origin` has it, or the server before this one says (`X-Forwarded-Proto`). Who lies about it harms
    /// only themselves.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let origin = text("origin").parse::<Uri>().ok();
        let scheme = origin.as_ref().and_then(Uri::scheme_str).unwrap_or_else(|| text("x-forwarded-proto"));
        if scheme.eq_ignore_ascii_case("https") {
            Self::Tls
        } else if is_loopback(text("host")) {
            Self::Loopback
        } else {
            Self::Plain
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The header that gives a browser its session.
pub(super) fn give(token: &SecretString, way: Way, max_age_s: u64) -> Option<HeaderValue> {
    let (name, secure) = if way == Way::Tls { (SECURE_NAME, "; Secure") } else { (PLAIN_NAME, "") };
    let token = token.expose_secret();
    let text = format!("{name}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The headers that take it away again.
pub(super) fn take_away() -> [(header::HeaderName, &'static str); 2] {
    [
        (
            header::SET_COOKIE,
            "__Host-vigiroute_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure",
        ),
        (header::SET_COOKIE, "vigiroute_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"),
    ]
}

/// The token that a request brings in its cookie.
pub(super) fn token_of(headers: &HeaderMap) -> Option<&str> {
    let named = |wanted: &str| {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|value| value.split(';')).find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == wanted).then_some(value)
        })
    };
    named(SECURE_NAME).or_else(|| named(PLAIN_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_way_is_told_by_the_browser_or_the_server_before() {
        for (pairs, way) in [
            (&[("host", "localhost:8080"), ("origin", "http://localhost:8080")][..], Way::Loopback),
            (&[("host", "127.0.0.1:8080")], Way::Loopback),
            (&[("host", "[::1]:8080")], Way::Loopback),
            (&[("host", "traffic.example.org"), ("origin", "https://traffic.example.org")], Way::Tls),
            (&[("host", "traffic.example.org"), ("x-forwarded-proto", "https")], Way::Tls),
            (&[("host", "192.168.1.5:8080"), ("origin", "http://192.168.1.5:8080")], Way::Plain),
            (&[("host", "localhost.evil.example")], Way::Plain),
            (&[], Way::Plain),
        ] {
            assert_eq!(Way::of(&headers(pairs)), way, "{pairs:?}");
        }
    }

    #[test]
    fn no_script_and_no_other_site_sees_the_cookie() {
        let given = give(&"vgs_1".into(), Way::Tls, 60).unwrap();
        assert_eq!(
            given.to_str().unwrap(),
            "__Host-vigiroute_session=vgs_1; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
        assert_eq!(format!("{given:?}"), "Sensitive");
        let given = give(&"vgs_1".into(), Way::Loopback, 60).unwrap();
        assert_eq!(
            given.to_str().unwrap(),
            "vigiroute_session=vgs_1; Path=/; Max-Age=60; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        assert_eq!(token_of(&headers(&[("cookie", "a=b; vigiroute_session=vgs_1; c=d")])), Some("vgs_1"));
        let both = "vigiroute_session=tossed; __Host-vigiroute_session=vgs_2";
        assert_eq!(token_of(&headers(&[("cookie", both)])), Some("vgs_2"));
        assert_eq!(token_of(&headers(&[("cookie", "xvigiroute_session=1; vigiroute_session")])), None);
        assert_eq!(token_of(&headers(&[])), None);
    }
}
