//! Content that does not change while the program runs: compressed once, and sent again only to who does not have it.

use super::etag::{is_known, tag_of};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

const BROTLI_QUALITY: u32 = 6;
const BROTLI_WINDOW: u32 = 22;

/// Content in memory, in three codings.
#[derive(Debug, Clone)]
pub struct Prepared {
    media_type: &'static str,
    etag: String,
    identity: Bytes,
    gzip: Bytes,
    brotli: Bytes,
}

impl Prepared {
    /// Compresses `content`. Takes about a second for a megabyte: not for a task that others wait for.
    ///
    /// # Errors
    /// When a compressor fails.
    pub fn new(content: Vec<u8>, media_type: &'static str) -> io::Result<Self> {
        let etag = tag_of(&content);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::new(8));
        gzip.write_all(&content)?;
        let mut brotli = brotli::CompressorWriter::new(Vec::new(), 1 << 16, BROTLI_QUALITY, BROTLI_WINDOW);
        brotli.write_all(&content)?;
        Ok(Self {
            media_type,
            etag,
            gzip: gzip.finish()?.into(),
            brotli: brotli.into_inner().into(),
            identity: content.into(),
        })
    }

    /// The content itself.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.identity
    }

    /// The answer to a request with these headers: 200, or 304 if the client has it already.
    #[must_use]
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let accepts = |coding| {
            let accepted = request.get_all(header::ACCEPT_ENCODING).iter();
            accepted.filter_map(|value| value.to_str().ok()).any(|value| accepts(value, coding))
        };
        let (coding, body) = if accepts("br") {
            (Some("br"), &self.brotli)
        } else if accepts("gzip") {
            (Some("gzip"), &self.gzip)
        } else {
            (None, &self.identity)
        };
        let etag = format!("\"{}-{}\"", self.etag, coding.unwrap_or("identity"));

        let mut response = if is_known(request, &etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Body::from(body.clone()).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
            if let Some(coding) = coding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}

/// Whether an `Accept-Encoding` names the coding, and not with a weight of 0.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        named && weight.is_ok_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn ask(prepared: &Prepared, headers: &[(header::HeaderName, &str)]) -> Response {
        let headers = headers.iter().map(|(k, v)| (k.clone(), HeaderValue::from_str(v).unwrap())).collect();
        prepared.answer(&headers)
    }

    #[test]
    fn the_coding_is_the_best_that_the_client_takes() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("gzip;q=0.5", "gzip"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("identity", "gzip"));
    }

    #[tokio::test]
    async fn every_coding_holds_the_same_content() {
        let content = "way ".repeat(10_000);
        let prepared = Prepared::new(content.clone().into_bytes(), "text/plain").unwrap();
        let mut gunzipped = String::new();
        flate2::read::GzDecoder::new(&prepared.gzip[..]).read_to_string(&mut gunzipped).unwrap();
        let mut unbrotlied = String::new();
        brotli::Decompressor::new(&prepared.brotli[..], 4096).read_to_string(&mut unbrotlied).unwrap();
        assert_eq!((gunzipped.as_str(), unbrotlied.as_str()), (content.as_str(), content.as_str()));
    }

    #[test]
    fn who_has_it_is_told_so() {
        let prepared = Prepared::new(b"{}".to_vec(), "application/geo+json").unwrap();
        let first = ask(&prepared, &[(header::ACCEPT_ENCODING, "gzip")]);
        assert_eq!(first.status(), 200);
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "gzip");
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = ask(&prepared, &[(header::ACCEPT_ENCODING, "gzip"), (header::IF_NONE_MATCH, &etag)]);
        assert_eq!(again.status(), 304);
        assert_eq!(again.headers()[header::ETAG].to_str().unwrap(), etag);
        let other = ask(&prepared, &[(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, &etag)]);
        assert_eq!(other.status(), 200, "another coding is another content");
    }
}
