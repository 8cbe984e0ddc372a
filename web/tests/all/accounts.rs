//! Who may do what: signing in and out, roles, keys, the record, the first admin, the command line.

use crate::client::{Answer, Client};
use crate::world::{PATIENCE, World, make_tables, start_web};
use serde_json::{Value, json};
use sqlx::Connection;
use std::time::Duration;
use testbed::{Program, Running, Stack, web_key};

const JSON: (&str, &str) = ("content-type", "application/json");
const PASSWORD: &str = "correct horse battery";

/// Signs in as a browser does; its cookie.
async fn sign_in(client: &Client, account: &str, password: &str) -> Result<String, Answer> {
    let who = json!({ "account": account, "password": password });
    let headers = [JSON, ("origin", client.base())];
    let answer = client.without_key().send("POST", "/api/v1/session", &headers, who.to_string()).await;
    if answer.status != 200 {
        return Err(answer);
    }
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.contains("; HttpOnly; SameSite=Strict") && !cookie.contains("Secure"), "{cookie}");
    assert_eq!(
        (answer.json()["account"].as_str(), answer.header("cache-control")),
        (Some(account), "no-store")
    );
    Ok(cookie.split(';').next().unwrap().to_owned())
}

/// Asks as a page of this server does.
async fn as_page(client: &Client, cookie: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let mut headers = vec![("cookie", cookie), ("origin", client.base()), ("sec-fetch-site", "same-origin")];
    headers.extend(body.is_some().then_some(JSON));
    client.send(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
}

async fn make_account(world: &World, name: &str, role: &str) {
    let account = json!({ "name": name, "role": role, "password": PASSWORD });
    let made = world.client.send("POST", "/api/v1/accounts", &[JSON], account.to_string()).await;
    assert_eq!((made.status, made.json()["password"].clone()), (201, Value::Null), "{}", made.text());
}

async fn key(world: &World, role: &str) -> (u64, Client) {
    let wanted = json!({ "name": "test", "role": role }).to_string();
    let made = world.client.send("POST", "/api/v1/keys", &[JSON], wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    (made["id"].as_u64().unwrap(), world.client.with_key(made["key"].as_str().unwrap()))
}

/// All changes that the description knows: method and path, with something in place of what is variable.
fn changes() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&web::openapi::document().unwrap()).unwrap();
    let mut changes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if ["post", "put", "patch", "delete"].contains(&method.as_str()) {
                let open = path == "/session" && method == "post";
                let secured = operation["security"].as_array().is_some_and(|schemes| schemes.len() == 2);
                assert_eq!(secured, !open, "{method} {path} says who may ask it");
                if !open {
                    let path = path.replace("{id}", "1").replace("{name}", "x");
                    changes.push((method.to_uppercase(), format!("/api/v1{path}")));
                }
            }
        }
    }
    assert!(changes.len() >= 12, "{changes:?}");
    changes
}

#[tokio::test]
async fn nothing_is_changed_by_whom_nobody_knows_nor_by_a_viewer() {
    let world = World::start().await;
    let nobody = world.client.without_key();
    let (_, viewer) = key(&world, "viewer").await;
    let stranger = world.client.with_key(&format!("vgk_{}", "0".repeat(64)));
    for (method, path) in changes() {
        let answer = nobody.send(&method, &path, &[JSON], "{}").await;
        answer.assert_problem(401, "");
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"vigiroute\"", "{method} {path}");
        stranger.send(&method, &path, &[JSON], "{}").await.assert_problem(401, "");
        viewer.send(&method, &path, &[JSON], "{}").await.assert_problem(403, "");
    }
    // What only admins read.
    for path in ["/api/v1/accounts", "/api/v1/keys", "/api/v1/audit"] {
        nobody.get(path).await.assert_problem(401, "");
        viewer.get(path).await.assert_problem(403, "");
        assert_eq!(world.get(path).await.status, 200);
    }
}

#[tokio::test]
async fn an_operator_changes_zones_but_no_accounts() {
    let world = World::start().await;
    make_account(&world, "marie", "operator").await;
    let cookie = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    let zone = json!({
        "type": "Feature", "properties": {"name": "Forum", "radius_m": 50},
        "geometry": {"type": "Point", "coordinates": [24.94, 60.17]}
    });
    let made = as_page(&world.client, &cookie, "PUT", "/api/v1/zones/forum", Some(zone)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(as_page(&world.client, &cookie, "DELETE", "/api/v1/zones/forum", None).await.status, 204);
    let account = json!({ "name": "eve", "role": "admin" });
    as_page(&world.client, &cookie, "POST", "/api/v1/accounts", Some(account)).await.assert_problem(403, "");

    let record = world.get("/api/v1/audit?object=forum").await.json();
    let told: Vec<(&str, &str)> = record["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["who"].as_str().unwrap(), entry["action"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("marie", "zone.delete"), ("marie", "zone.put")]);
    let entries = &record["entries"];
    assert_eq!(entries[0]["before"]["properties"]["name"], "Forum");
    assert_eq!((&entries[0]["after"], &entries[1]["before"]), (&Value::Null, &Value::Null));
    assert_eq!(entries[1]["after"], entries[0]["before"]);
    let page = world.get("/api/v1/audit?who=marie&limit=1").await.json();
    assert_eq!(page["entries"][0]["action"], "zone.delete");
    let page = world.get(&format!("/api/v1/audit?who=marie&limit=5&before={}", page["next"])).await.json();
    let entries = page["entries"].as_array().unwrap();
    let actions: Vec<&str> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!((actions, &page["next"]), (vec!["zone.put", "session.begin"], &Value::Null));
}

#[tokio::test]
async fn a_session_is_the_browsers_alone_and_ends_when_asked() {
    let world = World::start().await;
    make_account(&world, "marie", "operator").await;
    let anybody = world.client.without_key();
    let state = anybody.get("/api/v1/session").await.json();
    assert_eq!(state, json!({ "account": null, "role": null, "reading": "open" }));

    let cookie = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    let other = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    let state = as_page(&world.client, &cookie, "GET", "/api/v1/session", None).await.json();
    assert_eq!(state, json!({ "account": "marie", "role": "operator", "reading": "open" }));
    let listed = as_page(&world.client, &cookie, "GET", "/api/v1/sessions", None).await.json();
    let current: Vec<&Value> =
        listed["sessions"].as_array().unwrap().iter().map(|session| &session["current"]).collect();
    assert_eq!(current, [false, true]);

    // Another site's page brings the cookie at most with what is no change; and a change names its page.
    let delete = async |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", cookie.as_str())];
        all.extend_from_slice(headers);
        anybody.send("DELETE", "/api/v1/session", &all, "").await
    };
    delete(&[("origin", "https://evil.example")]).await.assert_problem(403, "Origin");
    delete(&[("sec-fetch-site", "cross-site")]).await.assert_problem(403, "Sec-Fetch-Site");
    delete(&[]).await.assert_problem(403, "Origin");

    let number = listed["sessions"][0]["id"].as_u64().unwrap();
    let path = format!("/api/v1/sessions/{number}");
    assert_eq!(as_page(&world.client, &cookie, "DELETE", &path, None).await.status, 204);
    let gone = as_page(&world.client, &other, "DELETE", "/api/v1/session", None).await;
    gone.assert_problem(401, "");

    let out = as_page(&world.client, &cookie, "DELETE", "/api/v1/session", None).await;
    assert_eq!(out.status, 204);
    let cleared: Vec<_> = out.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cleared.len(), 2, "{cleared:?}");
    let state = as_page(&world.client, &cookie, "GET", "/api/v1/session", None).await.json();
    assert_eq!(state["account"], Value::Null);
}

#[tokio::test]
async fn a_session_ends_by_itself_and_with_its_account() {
    let world = World::start().await;
    make_account(&world, "marie", "operator").await;
    let who = async |cookie: &str| {
        as_page(&world.client, cookie, "GET", "/api/v1/session", None).await.json()["account"].clone()
    };
    let mut connection = world.connect().await;
    for (column, age) in [("used_at", "12 HOUR"), ("created_at", "7 DAY")] {
        let cookie = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
        assert_eq!(who(&cookie).await, "marie");
        let older =
            format!("UPDATE sessions SET {column} = UTC_TIMESTAMP(3) - INTERVAL {age} + INTERVAL 5 SECOND");
        sqlx::query(sqlx::AssertSqlSafe(older)).execute(&mut connection).await.unwrap();
        assert_eq!(who(&cookie).await, "marie", "not yet");
        let older = format!("UPDATE sessions SET {column} = UTC_TIMESTAMP(3) - INTERVAL {age}");
        sqlx::query(sqlx::AssertSqlSafe(older)).execute(&mut connection).await.unwrap();
        assert_eq!(who(&cookie).await, Value::Null, "{column}");
    }
    let cookie = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sessions WHERE account = 'marie'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(left, 1, "what is over is cleared away");
    let change = async |change: Value| {
        world.client.send("PATCH", "/api/v1/accounts/marie", &[JSON], change.to_string()).await
    };
    assert_eq!(change(json!({ "role": "viewer" })).await.status, 200);
    let put = as_page(&world.client, &cookie, "DELETE", "/api/v1/zones/x", None).await;
    put.assert_problem(403, "");
    assert_eq!(change(json!({ "disabled": true })).await.status, 200);
    assert_eq!(who(&cookie).await, Value::Null);
    sign_in(&world.client, "marie", PASSWORD).await.unwrap_err().assert_problem(401, "");
    assert_eq!(change(json!({ "disabled": false })).await.json()["disabled_at"], Value::Null);
    sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn who_changes_the_password_stays_and_all_others_go() {
    let world = World::start().await;
    make_account(&world, "marie", "viewer").await;
    let cookie = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    let other = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    let change = async |current: &str, new: &str| {
        let change = json!({ "current": current, "new": new });
        as_page(&world.client, &cookie, "PUT", "/api/v1/account/password", Some(change)).await
    };
    change("not the password", "quite another phrase").await.assert_problem(400, "current");
    change(PASSWORD, "short").await.assert_problem(400, "new");
    assert_eq!(change(PASSWORD, "quite another phrase").await.status, 204);
    let who = async |cookie: &str| {
        as_page(&world.client, cookie, "GET", "/api/v1/session", None).await.json()["account"].clone()
    };
    assert_eq!((who(&cookie).await, who(&other).await), (json!("marie"), Value::Null));
    sign_in(&world.client, "marie", PASSWORD).await.unwrap_err().assert_problem(401, "");
    sign_in(&world.client, "marie", "quite another phrase").await.unwrap();
}

#[tokio::test]
async fn a_revoked_key_is_no_good() {
    let world = World::start().await;
    let (id, operator) = key(&world, "operator").await;
    operator.send("DELETE", "/api/v1/zones/x", &[], "").await.assert_problem(404, "");
    let path = format!("/api/v1/keys/{id}");
    operator.send("DELETE", &path, &[], "").await.assert_problem(403, "");
    assert_eq!(world.client.send("DELETE", &path, &[], "").await.status, 204);
    operator.send("DELETE", "/api/v1/zones/x", &[], "").await.assert_problem(401, "");
    world.client.send("DELETE", &path, &[], "").await.assert_problem(404, "");
    let keys = world.get("/api/v1/keys").await;
    let revoked = keys.json()["keys"].as_array().unwrap().last().cloned().unwrap();
    assert!(revoked["revoked_at"].is_string() && revoked["created_by"] == "key 1 (tests)", "{revoked}");
    assert!(!keys.text().contains("vgk_"), "a key is told once");
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let world = World::start().await;
    let change = async |name: &str, change: Value| {
        let path = format!("/api/v1/accounts/{name}");
        world.client.send("PATCH", &path, &[JSON], change.to_string()).await
    };
    change("admin", json!({ "role": "operator" })).await.assert_problem(409, "");
    change("admin", json!({ "disabled": true })).await.assert_problem(409, "");
    change("nobody", json!({ "role": "viewer" })).await.assert_problem(404, "");
    change("admin", json!({})).await.assert_problem(400, "");
    change("admin", json!({ "password": "short" })).await.assert_problem(400, "password");
    make_account(&world, "marie", "admin").await;
    assert_eq!(change("admin", json!({ "role": "operator" })).await.status, 200);
    change("marie", json!({ "disabled": true })).await.assert_problem(409, "");
    let made = json!({ "name": "jean", "role": "viewer" }).to_string();
    let made = world.client.send("POST", "/api/v1/accounts", &[JSON], made).await;
    let drawn = made.json()["password"].as_str().unwrap().to_owned();
    sign_in(&world.client, "jean", &drawn).await.unwrap();
    let again = json!({ "name": "jean", "role": "admin" }).to_string();
    world.client.send("POST", "/api/v1/accounts", &[JSON], again).await.assert_problem(409, "");
}

#[tokio::test]
async fn who_guesses_is_held_up() {
    let world = World::start().await;
    make_account(&world, "marie", "viewer").await;
    for _ in 0..10 {
        sign_in(&world.client, "marie", "not the password").await.unwrap_err().assert_problem(401, "");
    }
    let refused = sign_in(&world.client, "marie", PASSWORD).await.unwrap_err();
    refused.assert_problem(429, "");
    let wait_s: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=31).contains(&wait_s), "{wait_s}");
    sign_in(&world.client, "admin", &world.stack.admin_password().unwrap()).await.unwrap();
    let metrics = world.get("/metrics").await.text();
    assert!(metrics.contains("vigiroute_web_sign_ins_total{outcome=\"refused\"} 10"), "{metrics}");
}

#[tokio::test]
async fn a_password_is_not_taken_where_others_can_read_it() {
    let world = World::start().await;
    let who = json!({ "account": "admin", "password": world.stack.admin_password().unwrap() }).to_string();
    let ask = async |headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers.iter().copied().chain([JSON]).collect();
        world.client.without_key().send("POST", "/api/v1/session", &headers, who.clone()).await
    };
    ask(&[("host", "192.168.1.5:8080")]).await.assert_problem(403, "");
    let tls = ask(&[("host", "192.168.1.5"), ("origin", "https://192.168.1.5")]).await;
    assert_eq!(tls.status, 200);
    let cookie = tls.header("set-cookie");
    assert!(cookie.starts_with("__Host-vigiroute_session=vgs_") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn closed_reading_leaves_the_way_in_and_the_health() {
    let world = World::start_with(&[("VIGIROUTE_READ", "signed-in")]).await;
    let nobody = world.client.without_key();
    for path in ["/api/v1/events", "/api/v1/events.csv", "/api/v1/zones", "/api/v1/live", "/metrics"] {
        nobody.get(path).await.assert_problem(401, "");
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
    let body = "<body xmlns='http://jabber.org/protocol/httpbind' to='live.vigiroute.local' rid='1' wait='1' hold='1'/>";
    let bosh = [("content-type", "text/xml")];
    nobody.send("POST", "/http-bind", &bosh, body).await.assert_problem(401, "");
    let (_, viewer) = key(&world, "viewer").await;
    assert_eq!(viewer.send("POST", "/http-bind", &bosh, body).await.status, 200);
    for path in ["/health/live", "/health/ready", "/api/openapi.json"] {
        assert_eq!(nobody.get(path).await.status, 200, "{path}");
    }
    assert_eq!(nobody.get("/api/v1/session").await.json()["reading"], "signed_in");
}

#[tokio::test]
async fn no_secret_is_logged_or_stored() {
    let mut world = World::start_with(&[("VIGIROUTE_LOG", "trace")]).await;
    make_account(&world, "marie", "operator").await;
    let cookie = sign_in(&world.client, "marie", PASSWORD).await.unwrap();
    let token = cookie.split('=').nth(1).unwrap().to_owned();
    sign_in(&world.client, PASSWORD, "x").await.unwrap_err().assert_problem(401, "");
    let admin = world.stack.admin_password().unwrap();
    let key = web_key(world.web.health_url(), &admin, "operator").await.unwrap();
    world.client.with_key(&key).send("DELETE", "/api/v1/zones/x", &[], "").await.assert_problem(404, "");
    as_page(&world.client, &cookie, "DELETE", "/api/v1/zones/x", None).await.assert_problem(404, "");
    world.web.stop(Duration::from_secs(12)).await.unwrap();
    let log = world.web.log();
    assert!(log.contains("signing in was refused"), "{log}");
    let mut connection = world.connect().await;
    let mut stored = String::new();
    for table in ["accounts", "sessions", "api_keys", "audit"] {
        let all = format!(
            "SELECT CONCAT_WS('|', {}) FROM {table}",
            match table {
                "accounts" => "name, role, password",
                "sessions" => "HEX(token), account",
                "api_keys" => "HEX(token), name, created_by",
                _ => "who, action, object, value_before, value_after",
            }
        );
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(all)).fetch_all(&mut connection).await.unwrap();
        assert!(!rows.is_empty(), "{table}");
        stored.extend(rows);
    }
    let hex = |token: &str| token[4..].to_uppercase();
    for secret in [PASSWORD, &token, &key, &admin, &hex(&token), &hex(&key)] {
        assert!(!log.contains(secret), "in the log");
        assert!(!stored.contains(secret), "in the database");
    }
}

#[tokio::test]
async fn the_first_admins_password_is_drawn_and_shown_once() {
    let stack = Stack::start().await.unwrap();
    make_tables(&stack).await;
    // No file: it is drawn.
    let own = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_web"));
        let settings = stack.env_for(Program::Web);
        command.envs(settings.into_iter().filter(|(name, _)| name != "VIGIROUTE_ADMIN_PASSWORD_FILE"));
        command.args(arguments).stdin(std::process::Stdio::null());
        command
    };
    let out = stack.folder().join("out");
    let start = || {
        let file = std::fs::File::create(&out).unwrap();
        own(&[]).stdout(file).stderr(std::process::Stdio::null()).spawn().unwrap()
    };
    let url = stack.web_url();
    let ready = async || {
        crate::world::eventually("it is ready", async || {
            matches!(testbed::http::get(&format!("{url}/health/ready")).await, Ok((200, _)))
        })
        .await;
    };
    let end = |mut child: std::process::Child| {
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let child = start();
    ready().await;
    let shown = std::fs::read_to_string(&out).unwrap();
    let password = shown.lines().map(str::trim).find(|line| line.split('-').count() == 4).unwrap().to_owned();
    sign_in(&Client::new(&url), "admin", &password).await.unwrap();

    // The way back in.
    let run = |arguments: &[&str]| own(arguments).output().unwrap();
    let other = run(&["set-password", "admin"]);
    let other = String::from_utf8(other.stdout).unwrap().trim().to_owned();
    sign_in(&Client::new(&url), "admin", &password).await.unwrap_err().assert_problem(401, "");
    sign_in(&Client::new(&url), "admin", &other).await.unwrap();
    let missing = run(&["set-password", "nobody"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("there is no account nobody"));
    let added = run(&["add-account", "marie", "--role", "viewer"]);
    let marie = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    sign_in(&Client::new(&url), "marie", &marie).await.unwrap();
    let added = run(&["add-key", "ci", "--role", "operator"]);
    let client = Client::new(&url).with_key(String::from_utf8(added.stdout).unwrap().trim());
    client.send("DELETE", "/api/v1/zones/x", &[], "").await.assert_problem(404, "");
    end(child);

    let child = start();
    ready().await;
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "", "shown once");
    end(child);
}

#[tokio::test]
async fn the_database_lets_the_web_program_change_no_more_than_it_must() {
    let world = World::start().await;
    let url = world.stack.database.url("web", "vigiroute").unwrap();
    let mut connection = sqlx::MySqlConnection::connect(&url).await.unwrap();
    for refused in [
        "DELETE FROM audit",
        "UPDATE audit SET who = 'x'",
        "DELETE FROM accounts",
        "DELETE FROM api_keys",
        "DELETE FROM events",
        "DROP TABLE sessions",
        "CREATE TABLE more (id INT)",
    ] {
        let error = sqlx::query(refused).execute(&mut connection).await.unwrap_err().to_string();
        assert!(error.contains("denied"), "{refused}: {error}");
    }
}

#[tokio::test]
async fn two_started_at_once_make_one_admin() {
    let stack = Stack::start().await.unwrap();
    make_tables(&stack).await;
    let port = testbed::Port::free().unwrap();
    let bind = format!("127.0.0.1:{}", port.number());
    let mut both: Vec<Running> =
        vec![start_web(&stack, &[]), start_web(&stack, &[("VIGIROUTE_HTTP_BIND", &bind)])];
    for web in &mut both {
        web.wait_until_ready(PATIENCE).await.unwrap();
        sign_in(&Client::new(web.health_url()), "admin", &stack.admin_password().unwrap()).await.unwrap();
    }
}
