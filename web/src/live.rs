//! What a page needs to know to show the live map.

use crate::app::App;
use crate::http::Params;
use crate::problem::Problem;
use crate::roads::Roads;
use axum::Json;
use axum::extract::State;
use model::stanza::{ACCIDENT_NODE, JAM_NODE, TRAFFIC_NODE, ZONE_NODE};
use serde::Serialize;
use utoipa::ToSchema;

const HSL: &str = "Vehicle positions © HSL, CC BY 4.0";

/// Where the live feed is, and what the map shows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Live {
    /// Path of the BOSH service.
    #[schema(example = "/http-bind")]
    pub bosh: &'static str,
    /// Host for an anonymous login.
    #[schema(example = "live.vigiroute.local")]
    pub domain: String,
    /// The PubSub service.
    #[schema(example = "pubsub.vigiroute.local")]
    pub pubsub: String,
    /// The nodes to subscribe to.
    pub nodes: Nodes,
    /// Longitude and latitude of the map's middle.
    #[schema(example = json!([24.9437, 60.1713]))]
    pub center: [f64; 2],
    /// West, south, east and north of all roads.
    #[schema(example = json!([24.934, 60.164, 24.9533, 60.1786]))]
    pub bounds: [f64; 4],
    /// Who is to be named on the map.
    pub attribution: Vec<String>,
}

/// The nodes of the live feed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Nodes {
    /// Accidents that go on.
    pub accident: &'static str,
    /// Traffic jams that go on.
    pub jam: &'static str,
    /// Zone entries and exits of the last minute.
    pub zone: &'static str,
    /// Vehicles and the state of the roads, about once a second; not kept.
    pub traffic: &'static str,
}

impl Live {
    /// The live feed of this XMPP domain over these roads; `hfp` if the vehicles are Helsinki's buses and trams.
    #[must_use]
    pub fn new(xmpp_domain: &str, roads: &Roads, hfp: bool) -> Self {
        let [west, south, east, north] = roads.bounds;
        let middle = |a: f64, b: f64| model::round7(f64::midpoint(a, b));
        let mut attribution = vec![roads.attribution.clone()];
        attribution.extend(hfp.then(|| HSL.to_owned()));
        Self {
            bosh: "/http-bind",
            domain: format!("live.{xmpp_domain}"),
            pubsub: format!("pubsub.{xmpp_domain}"),
            nodes: Nodes { accident: ACCIDENT_NODE, jam: JAM_NODE, zone: ZONE_NODE, traffic: TRAFFIC_NODE },
            center: [middle(west, east), middle(south, north)],
            bounds: roads.bounds,
            attribution,
        }
    }
}

/// How to follow what is going on
#[utoipa::path(
    get, path = "/live", tag = "map",
    responses((status = 200, description = "Where the live feed is, and what the map shows.", body = Live))
)]
pub async fn get_live(State(app): State<App>, params: Params) -> Result<Json<Live>, Problem> {
    params.only(&[])?;
    Ok(Json(app.live))
}
