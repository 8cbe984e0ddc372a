//! The way to the live feed.

use crate::world::{PATIENCE, World};
use std::time::Duration;
use testbed::DOMAIN;
use testbed::bosh::Guest;

#[tokio::test]
async fn a_browser_reaches_prosody_through_the_web_program() {
    let world = World::start().await;
    let url = format!("{}/http-bind", world.web.health_url());
    let mut guest = Guest::connect(&url, &format!("live.{DOMAIN}")).await.unwrap();
    assert!(guest.jid().ends_with(&format!("@live.{DOMAIN}/{}", guest.jid().rsplit('/').next().unwrap())));
    // Held until there is something to say: nothing here may cut it short.
    let nothing = guest.next_message(Duration::from_secs(3)).await.unwrap();
    assert_eq!(nothing, None);
    let disco = "<query xmlns='http://jabber.org/protocol/disco#info'/>".parse().unwrap();
    let answer = guest.ask("get", &format!("pubsub.{DOMAIN}"), disco).await.unwrap();
    assert_eq!(answer.name(), "iq");
    assert_eq!(metric(&world, "vigiroute_web_browsers_connected").await, 1.0);
    guest.close().await.unwrap();
    assert_eq!(metric(&world, "vigiroute_web_browsers_connected").await, 0.0);
}

async fn metric(world: &World, name: &str) -> f64 {
    let page = world.get("/metrics").await.text();
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().unwrap()
}

#[tokio::test]
async fn only_small_posts_of_this_site_pass() {
    let world = World::start().await;
    let get = world.get("/http-bind").await;
    get.assert_problem(405, "");
    assert_eq!(get.header("allow"), "POST, OPTIONS");
    let options = world.client.send("OPTIONS", "/http-bind", &[("origin", "https://evil.example")], "").await;
    assert_eq!((options.status, options.header("access-control-allow-origin")), (204, ""));
    let post = async |headers: &[(&str, &str)], body: String| {
        world.client.send("POST", "/http-bind", headers, body).await
    };
    post(&[("origin", "https://evil.example")], String::new()).await.assert_problem(403, "Origin");
    post(&[], "x".repeat(256 * 1024 + 1)).await.assert_problem(413, "");
    let rubbish = post(&[("accept-encoding", "gzip"), ("content-type", "text/xml")], "<x/>".into()).await;
    assert_eq!(
        rubbish.header("access-control-allow-origin"),
        "",
        "Prosody's invitation of all sites is taken away"
    );
    assert_eq!(rubbish.header("content-encoding"), "", "what may be held is not compressed");
}

#[tokio::test]
async fn without_prosody_the_answer_is_a_problem_and_comes_soon() {
    let mut world = World::start().await;
    world.stack.prosody.stop().await;
    let begin = std::time::Instant::now();
    let answer = world.client.send("POST", "/http-bind", &[], "<body/>").await;
    answer.assert_problem(502, "");
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    // However many ask: it is said once that the live feed is away, and once that it is back.
    for _ in 0..5 {
        world.client.send("POST", "/http-bind", &[], "<body/>").await.assert_problem(502, "");
    }
    world.web.wait_for_log("the live feed is away", PATIENCE).await.unwrap();
    world.stack.prosody.restart().await.unwrap();
    let url = format!("{}/http-bind", world.web.health_url());
    Guest::connect(&url, &format!("live.{DOMAIN}")).await.unwrap();
    world.web.wait_for_log("the live feed is there again", PATIENCE).await.unwrap();
    let log = world.web.log();
    let told = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    assert_eq!((told("the live feed"), told("a request failed")), (2, 0), "{log}");
}
