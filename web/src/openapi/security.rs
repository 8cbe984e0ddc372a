//! Who may ask what, as the description has it: added to every request alike, so that none is forgotten.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder};

const SESSION: &str = "session";
const KEY: &str = "key";
/// The request that everybody may ask, being the way in.
const WAY_IN: &str = "/session";

/// Adds the schemes, and to each request what it takes and how it is refused.
pub(super) fn describe(api: &mut OpenApi) {
    let components = api.components.get_or_insert_default();
    let cookie = ApiKeyValue::with_description(
        "vigiroute_session",
        "The cookie that signing in gives; over TLS its name begins with `__Host-`. With it a change also takes the browser's \
         `Origin` or `Sec-Fetch-Site`.",
    );
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("vgk_…");
    let key = key.description(Some("A key of a program.")).build();
    components.add_security_scheme(KEY, SecurityScheme::Http(key));
    for (path, item) in &mut api.paths.paths {
        let PathItem { get, head, post, put, patch, delete, .. } = item;
        for operation in [get, head].into_iter().flatten() {
            reads(operation, path == WAY_IN);
        }
        if path == WAY_IN {
            for operation in post.iter_mut() {
                operation.security = Some(Vec::new());
            }
            for operation in [put, patch, delete].into_iter().flatten() {
                changes(operation);
            }
        } else {
            for operation in [post, put, patch, delete].into_iter().flatten() {
                changes(operation);
            }
        }
    }
}

fn either() -> [SecurityRequirement; 2] {
    [SESSION, KEY].map(|scheme| SecurityRequirement::new(scheme, std::iter::empty::<String>()))
}

fn reads(operation: &mut Operation, tells_of_oneself: bool) {
    // What only admins may read says so itself.
    let closed = operation.responses.responses.contains_key("403") && !tells_of_oneself;
    let mut security = either().to_vec();
    if !closed {
        security.insert(0, SecurityRequirement::default());
    }
    operation.security = Some(security);
    add(operation, "401", "Not signed in, where that is asked for; or a key that is no good.");
}

fn changes(operation: &mut Operation) {
    operation.security = Some(either().to_vec());
    add(operation, "401", "Not signed in, and no key that is good.");
    add(operation, "403", "The role is too low, or another site asks.");
}

fn add(operation: &mut Operation, status: &str, description: &str) {
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let response: Response =
        ResponseBuilder::new().description(description).content("application/problem+json", problem).build();
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
}
