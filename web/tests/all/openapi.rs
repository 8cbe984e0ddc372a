//! The description of the API.

use std::path::Path;

/// `web/openapi.json` is what clients are made from. `VIGIROUTE_UPDATE_OPENAPI=1 cargo test -p web openapi` writes it anew.
#[test]
fn the_committed_description_is_that_of_this_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let document = web::openapi::document().unwrap();
    if std::env::var_os("VIGIROUTE_UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == document,
        "the API is not as web/openapi.json says; if that is meant, write it anew: \
         VIGIROUTE_UPDATE_OPENAPI=1 cargo test -p web openapi"
    );
}

#[test]
fn every_parameter_of_events_is_described() {
    let document: serde_json::Value = serde_json::from_str(&web::openapi::document().unwrap()).unwrap();
    let parameters = document["paths"]["/events"]["get"]["parameters"].as_array().unwrap();
    let described: Vec<&str> =
        parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    assert_eq!(described, web::events::PARAMETERS);
    for parameter in parameters {
        assert!(parameter["description"].as_str().is_some_and(|text| text.len() > 10), "{parameter}");
        assert_eq!(parameter["required"], false, "{parameter}");
    }
}
