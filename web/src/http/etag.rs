//! Tags of content (RFC 9110, 8.8.3), so that only who does not have it gets it again.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

/// Bytes of the digest that a tag shows: enough that two contents never share it.
const TAG_BYTES: usize = 12;

/// A tag for this content, without quotation marks.
#[must_use]
pub fn tag_of(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a request names this tag (with its quotation marks, without `W/`) as one that it has, or any.
#[must_use]
pub fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|value| value.split(',')).map(str::trim);
    known.map(|tag| tag.trim_start_matches("W/")).any(|tag| tag == etag || tag == "*")
}

/// Content with its tag, or 304 for who has it. The tag is a weak one, as the content may be compressed on its way.
#[must_use]
pub fn tagged(request: &HeaderMap, media_type: &'static str, content: String) -> Response {
    let etag = format!("\"{}\"", tag_of(content.as_bytes()));
    let mut response = if is_known(request, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type)], content).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(etag) = HeaderValue::from_str(&format!("W/{etag}")) {
        headers.insert(header::ETAG, etag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(etag: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(etag).unwrap())])
    }

    #[test]
    fn who_has_it_is_told_so() {
        let first = tagged(&HeaderMap::new(), "text/plain", "zones".into());
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!((first.status().as_u16(), etag.starts_with("W/\"")), (200, true));
        for known in [etag.as_str(), etag.trim_start_matches("W/"), "*", &format!("\"other\", {etag}")] {
            let again = tagged(&asking(known), "text/plain", "zones".into());
            assert_eq!(
                (again.status().as_u16(), again.headers()[header::ETAG].to_str().unwrap()),
                (304, &*etag)
            );
        }
        assert_eq!(tagged(&asking(&etag), "text/plain", "other".into()).status(), 200);
    }
}
