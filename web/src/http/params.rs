//! The parameters of a request's query: each known, each once.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use std::collections::BTreeMap;

/// The parameters of a request, to be taken one by one.
#[derive(Debug, Default)]
pub struct Params(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| Problem::parameter("?", &error.to_string(), "name=value&name=value"))?;
        let mut params = BTreeMap::new();
        for (name, value) in pairs.0 {
            if params.contains_key(&name) {
                return Err(Problem::parameter(&name, &value, "once"));
            }
            params.insert(name, value);
        }
        Ok(Self(params))
    }
}

impl Params {
    /// Refuses parameters that are not among `known`.
    ///
    /// # Errors
    /// Names the first of them and what is known.
    pub fn only(self, known: &[&str]) -> Result<Self, Problem> {
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(self),
            Some((name, value)) => {
                let allowed = if known.is_empty() { "no parameters".to_owned() } else { known.join(", ") };
                Err(Problem::parameter(name, value, format!("parameters here: {allowed}")))
            }
        }
    }

    /// The value of a parameter, read by `read`.
    ///
    /// # Errors
    /// When `read` makes nothing of it; `allowed` is what is then said to be allowed.
    pub fn read<T>(
        &self,
        name: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| Problem::parameter(name, value, allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn params(query: &str) -> Result<Params, Problem> {
        let (mut parts, ()) = Request::get(format!("/x?{query}")).body(()).unwrap().into_parts();
        Params::from_request_parts(&mut parts, &()).await
    }

    #[tokio::test]
    async fn unknown_and_repeated_parameters_are_refused_by_name() {
        let refused = params("limit=1&colour=red").await.unwrap().only(&["limit", "from"]).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some("colour"));
        assert!(refused.allowed.unwrap().contains("limit, from"));
        let refused = params("limit=1&limit=2").await.unwrap_err();
        assert_eq!((refused.parameter.as_deref(), refused.allowed.as_deref()), (Some("limit"), Some("once")));
    }

    #[tokio::test]
    async fn values_are_decoded_and_read() {
        let params = params("zone=a%3Ab&limit=x").await.unwrap();
        let zone = params.read("zone", "", |text| Some(text.to_owned())).unwrap();
        assert_eq!(zone.as_deref(), Some("a:b"));
        let refused = params.read("limit", "a number", |text| text.parse::<u32>().ok()).unwrap_err();
        assert_eq!((refused.status, refused.allowed.as_deref()), (400, Some("a number")));
        assert_eq!(params.read("from", "", |_| Some(1)).unwrap(), None);
    }
}
