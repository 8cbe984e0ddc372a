//! `simulator set`: changes a simulation that runs.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, anyhow};
use link::mqtt::{self, Client, Incoming, Options, Qos};
use link::{Failure, Readiness, telemetry};
use model::simulation::{Command, Reply};
use model::topic;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::clock::now;
use crate::settings::SetArgs;

/// How long the broker may take to let us in.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long the simulation may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Asks the simulation that runs for changes, and says on `out` what it answers.
///
/// # Errors
/// What is wrong with a change, or why there is no answer.
pub fn set(args: &SetArgs, out: &mut impl Write) -> Result<(), Failure> {
    telemetry::start_logs(&args.log)?;
    let broker = args.mqtt.resolve("simulator")?;
    let mut asked = object(&args.changes).map_err(Failure::Usage)?;
    let request = format!("set-{}", now().as_ms());
    asked["request"] = Value::from(request.as_str());
    let text = asked.to_string();
    Command::from_json(text.as_bytes()).map_err(|(_, refusal)| Failure::Usage(refusal.into()))?;

    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let reply = runtime.block_on(async {
        let readiness = Readiness::new();
        let options = Options {
            subscriptions: vec![(topic::SIMULATION_REPLY.to_owned(), Qos::AtLeastOnce)],
            ..Options::new(args.mqtt_client_id.as_str())
        };
        let (client, incoming) = mqtt::connect(&broker, options, readiness.condition("mqtt"));
        // Ready when it is subscribed too, so that the answer is not missed.
        let ready = async {
            while !readiness.is_ready() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        timeout(CONNECT_WITHIN, ready)
            .await
            .map_err(|_| anyhow!("the broker {}:{} does not let us in", broker.host, broker.port))?;
        let reply = timeout(ANSWER_WITHIN, ask(&client, incoming, text, &request)).await;
        client.close(Duration::from_secs(1)).await;
        reply.map_err(|_| anyhow!("no simulation answers at {}:{}", broker.host, broker.port))?
    });
    let reply = reply.map_err(Failure::Failed)?;
    match reply.refusal {
        Some(refusal) if !reply.done => Err(Failure::Usage(refusal.into())),
        _ => {
            let staged = reply.incident.map_or_else(String::new, |id| format!(": incident {id}"));
            writeln!(out, "done{staged}").map_err(|error| Failure::Failed(error.into()))
        }
    }
}

async fn ask(client: &Client, mut incoming: Incoming, text: String, request: &str) -> anyhow::Result<Reply> {
    client.publish(topic::SIMULATION_SET, text, Qos::AtLeastOnce, false).await?;
    while let Some(message) = incoming.recv().await {
        message.ack.into_iter().for_each(|ack| client.acknowledge(ack));
        if let Ok(reply) = serde_json::from_slice::<Reply>(&message.payload)
            && reply.request.as_deref() == Some(request)
        {
            return Ok(reply);
        }
    }
    Err(anyhow!("the connection to the broker ended"))
}

/// `a.b=1 c=x` as `{"a": {"b": 1}, "c": "x"}`.
fn object(changes: &[String]) -> anyhow::Result<Value> {
    let mut root = Value::Object(Map::new());
    for change in changes {
        let (name, value) = change
            .split_once('=')
            .with_context(|| format!("{change:?} is not NAME=VALUE, as in vehicles=2000"))?;
        let mut place = &mut root;
        for part in name.split('.') {
            let object =
                place.as_object_mut().with_context(|| format!("{name} is inside of something else"))?;
            place = object.entry(part).or_insert_with(|| Value::Object(Map::new()));
        }
        // A number, true, false or a list; anything else is a text.
        *place = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_put_together_to_one_object() {
        let object =
            |changes: &[&str]| object(&changes.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        let made =
            object(&["vehicles=2000", "report_rule=cam", "incident.place.lat=60.1", "incident.lanes=[0,1]"]);
        let expected = json!({"vehicles": 2000, "report_rule": "cam", "incident": {"place": {"lat": 60.1}, "lanes": [0, 1]}});
        assert_eq!(made.unwrap(), expected);
        assert!(object(&["vehicles"]).unwrap_err().to_string().contains("NAME=VALUE"));
        assert!(object(&["a=1", "a.b=2"]).is_err());
    }
}
