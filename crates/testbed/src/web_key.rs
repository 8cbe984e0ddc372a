//! A key of the web program, for tests that change something.

use hyper::Method;
use serde_json::{Value, json};

use crate::Error;
use crate::http::{client, exchange, failed};

/// Signs in as the first admin at the web program that serves on `web_url`, and makes a key with this role (`viewer`,
/// `operator` or `admin`), to be sent as `Authorization: Bearer KEY`.
///
/// # Errors
/// When it does not answer, or refuses.
pub async fn web_key(web_url: &str, admin_password: &str, role: &str) -> Result<String, Error> {
    let client = client();
    let url = format!("{web_url}/api/v1/session");
    let who = json!({ "account": "admin", "password": admin_password }).to_string();
    let body = Some(("application/json", who.as_str()));
    let (status, headers, text) = exchange(&client, Method::POST, &url, &[], body).await?;
    let cookie = headers.get("set-cookie").and_then(|value| value.to_str().ok()?.split(';').next());
    let cookie = cookie.ok_or_else(|| failed(&url, format_args!("{status}: {text}")))?;

    let url = format!("{web_url}/api/v1/keys");
    let wanted = json!({ "name": "tests", "role": role }).to_string();
    let body = Some(("application/json", wanted.as_str()));
    let headers = [("cookie", cookie), ("origin", web_url)];
    let (status, _, text) = exchange(&client, Method::POST, &url, &headers, body).await?;
    let made: Value = serde_json::from_str(&text).unwrap_or_default();
    let key = made["key"].as_str().map(str::to_owned);
    key.ok_or_else(|| failed(&url, format_args!("{status}: {text}")))
}
