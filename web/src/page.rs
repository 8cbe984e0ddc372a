//! The page: files from a folder, read when they are asked for.

use crate::problem::Problem;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::path::PathBuf;
use std::sync::Arc;
use tower::ServiceExt;
use tower_http::services::ServeDir;

const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

const NOT_BUILT: &str = "\
The page is not built.

Build it, then load this again:

  cd static && npm ci && npm run build

or start everything with `cargo xtask up`, which builds it. VIGIROUTE_STATIC_DIR names the folder that is served.
The REST interface is there without it: /api/openapi.json
";

/// Serves the files in `folder` for every path that nothing else serves.
pub fn routes<S: Clone + Send + Sync + 'static>(folder: PathBuf) -> Router<S> {
    Router::new().route("/api/docs", get(docs)).fallback(serve).with_state(Arc::new(folder))
}

/// The description of the API, to read and to try.
async fn docs(State(folder): State<Arc<PathBuf>>) -> Response {
    match tokio::fs::read(folder.join("docs.html")).await {
        Ok(page) => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, ASK_AGAIN)], page)
                .into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
    }
}

async fn serve(State(folder): State<Arc<PathBuf>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::method("GET, HEAD").into_response();
    }
    let path = request.uri().path().to_owned();
    if path == "/" && !folder.join("index.html").is_file() {
        return (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response();
    }
    let files = ServeDir::new(folder.as_path()).precompressed_br().precompressed_gzip();
    let response = files.oneshot(request).await;
    let Ok(mut response) = response.map(IntoResponse::into_response);
    if response.status() == StatusCode::NOT_FOUND {
        return Problem::not_found(format!("nothing is served at {path}")).into_response();
    }
    let caching = if has_hash(&path) { FOREVER } else { ASK_AGAIN };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// Whether a path names a file whose name changes with its content: `assets/NAME-HASH.EXTENSION`, as the build makes them.
fn has_hash(path: &str) -> bool {
    let Some(name) = path.strip_prefix("/assets/") else { return false };
    let stem = name.split('.').next().unwrap_or_default();
    let is_hash_char = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    // Hashes have eight characters, which may be hyphens too.
    stem.len() > 9 && stem.as_bytes()[stem.len() - 9] == b'-' && stem.bytes().rev().take(8).all(is_hash_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(has_hash("/assets/index-BQ1vGb5z.js"));
        assert!(has_hash("/assets/maplibre-gl-worker-D_-3xYzQ.mjs"));
        assert!(!has_hash("/assets/index.js"));
        assert!(!has_hash("/index.html"));
        assert!(!has_hash("/favicon-12345678.svg"));
    }
}
