//! Nodes and items of a publish-subscribe service (XEP-0060), as far as the programs need them.

use super::{Client, Jid, RequestError};
use std::time::Duration;
use xmpp_parsers::data_forms::{DataForm, DataFormType, Field};
use xmpp_parsers::minidom::Element;
use xmpp_parsers::minidom::rxml::xml_ncname;
use xmpp_parsers::ns;
use xmpp_parsers::stanza_error::DefinedCondition;

/// How long the service may take for one answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Namespace of a node's settings.
const NODE_CONFIG: &str = "http://jabber.org/protocol/pubsub#node_config";

/// A node that everybody may read and only its publishers write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Whether items outlive a restart of the service.
    pub persist_items: bool,
    /// Most items kept; the oldest go.
    pub max_items: u32,
    /// Whether subscribers are told of items that are taken back.
    pub notify_retract: bool,
}

/// Makes a node on `service`, or gives it these settings if it is there.
///
/// # Errors
/// When the service refuses or does not answer.
pub async fn ensure_node(client: &Client, service: &Jid, node: &Node) -> Result<(), RequestError> {
    let create = Element::builder("create", ns::PUBSUB)
        .attr(xml_ncname!("node").to_owned(), node.name.as_str())
        .build();
    let configure = Element::builder("configure", ns::PUBSUB).append(settings(node)).build();
    let request = Element::builder("pubsub", ns::PUBSUB).append(create).append(configure).build();
    match client.set(service.clone(), request, ANSWER_TIME).await {
        Ok(_) => return Ok(()),
        Err(error) if error.condition() == Some(&DefinedCondition::Conflict) => {}
        Err(error) => return Err(error),
    }
    let configure = Element::builder("configure", ns::PUBSUB_OWNER)
        .attr(xml_ncname!("node").to_owned(), node.name.as_str())
        .append(settings(node))
        .build();
    let request = Element::builder("pubsub", ns::PUBSUB_OWNER).append(configure).build();
    client.set(service.clone(), request, ANSWER_TIME).await.map(drop)
}

/// Publishes an item; one of the same id is replaced.
///
/// # Errors
/// When the service refuses ([`RequestError::is_not_found`]: the node is gone) or does not answer.
pub async fn publish(
    client: &Client,
    service: &Jid,
    node: &str,
    item: &str,
    payload: Element,
) -> Result<(), RequestError> {
    let item =
        Element::builder("item", ns::PUBSUB).attr(xml_ncname!("id").to_owned(), item).append(payload).build();
    let publish = Element::builder("publish", ns::PUBSUB)
        .attr(xml_ncname!("node").to_owned(), node)
        .append(item)
        .build();
    let request = Element::builder("pubsub", ns::PUBSUB).append(publish).build();
    client.set(service.clone(), request, ANSWER_TIME).await.map(drop)
}

/// Takes an item back and tells the subscribers. One that is not there is fine.
///
/// # Errors
/// When the service refuses or does not answer.
pub async fn retract(client: &Client, service: &Jid, node: &str, item: &str) -> Result<(), RequestError> {
    let item = Element::builder("item", ns::PUBSUB).attr(xml_ncname!("id").to_owned(), item).build();
    let retract = Element::builder("retract", ns::PUBSUB)
        .attr(xml_ncname!("node").to_owned(), node)
        .attr(xml_ncname!("notify").to_owned(), "1")
        .append(item)
        .build();
    let request = Element::builder("pubsub", ns::PUBSUB).append(retract).build();
    match client.set(service.clone(), request, ANSWER_TIME).await {
        Err(error) if !error.is_not_found() => Err(error),
        _ => Ok(()),
    }
}

/// The ids of the items on a node and their payloads.
///
/// # Errors
/// When the service refuses ([`RequestError::is_not_found`]: there is no such node) or does not answer.
pub async fn items(
    client: &Client,
    service: &Jid,
    node: &str,
) -> Result<Vec<(String, Option<Element>)>, RequestError> {
    let items = Element::builder("items", ns::PUBSUB).attr(xml_ncname!("node").to_owned(), node).build();
    let request = Element::builder("pubsub", ns::PUBSUB).append(items).build();
    let Some(answer) = client.get(service.clone(), request, ANSWER_TIME).await? else {
        return Ok(Vec::new());
    };
    let items = answer.get_child("items", ns::PUBSUB).into_iter().flat_map(Element::children);
    Ok(items
        .filter(|item| item.is("item", ns::PUBSUB))
        .filter_map(|item| Some((item.attr(xml_ncname!("id"))?.to_owned(), item.children().next().cloned())))
        .collect())
}

fn settings(node: &Node) -> Element {
    let flag = |value| if value { "1" } else { "0" };
    let fields = [
        ("pubsub#access_model", "open"),
        ("pubsub#publish_model", "publishers"),
        ("pubsub#persist_items", flag(node.persist_items)),
        ("pubsub#max_items", &node.max_items.to_string()),
        ("pubsub#notify_retract", flag(node.notify_retract)),
        ("pubsub#deliver_payloads", "1"),
    ];
    let fields = fields.map(|(name, value)| Field::text_single(name, value)).to_vec();
    DataForm::new(DataFormType::Submit, NODE_CONFIG, fields).into()
}
