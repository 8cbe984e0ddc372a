use crate::scene::{LONG, Scene, binary};
use std::process::{Command, Output};
use testbed::{Program, Running};

fn gateway(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(binary());
    command.args(arguments).envs(settings.iter().copied()).current_dir(testbed::workspace_folder());
    command.output().unwrap()
}

fn says(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn help_is_success_and_wrong_usage_is_64() {
    let help = gateway(&["--help"], &[]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&help.stdout).contains("VIGIROUTE_STATE_DIR"));
    for wrong in [&["--no-such-flag"][..], &["fly"], &["detect"], &["--mqtt-port", "x"]] {
        assert_eq!(gateway(wrong, &[]).status.code(), Some(64), "{wrong:?}");
    }
}

#[test]
fn wrong_settings_are_64_and_say_which_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (code, words) = says(&gateway(&[], &[]));
    assert_eq!(code, Some(64));
    assert!(words.contains("VIGIROUTE_XMPP_PASSWORD_FILE"), "{words}");
    let empty = file("empty", "");
    let (code, words) = says(&gateway(&[], &[("VIGIROUTE_MQTT_PASSWORD_FILE", &empty)]));
    assert_eq!(code, Some(64));
    assert!(words.contains("holds no password for MQTT user gateway"), "{words}");
    let password = file("password", "secret");
    let thresholds = file("thresholds.toml", "[jams]\nclearing_speed_ratio = 0.1\n");
    let settings = [("VIGIROUTE_XMPP_PASSWORD_FILE", &*password), ("VIGIROUTE_DETECTION", &*thresholds)];
    let (code, words) = says(&gateway(&[], &settings));
    assert_eq!(code, Some(64));
    assert!(words.contains("`jams.clearing_speed_ratio` is 0.1; allowed is 0.3 to 1"), "{words}");
    let preset = file("preset.toml", "preset = \"coarse\"\n");
    let (code, words) = says(&gateway(&[], &[settings[0], ("VIGIROUTE_DETECTION", &preset)]));
    assert_eq!(code, Some(64));
    assert!(words.contains("preset.toml"), "{words}");
    assert!(words.contains("unknown variant `coarse`, expected `standard` or `course`"), "{words}");
    let (code, words) = says(&gateway(&["--log", "loud=very"], &settings));
    assert_eq!(code, Some(64));
    assert!(words.contains("VIGIROUTE_LOG"), "{words}");
    assert!(!words.contains("secret"));
}

#[tokio::test]
async fn a_second_gateway_on_the_same_state_is_refused() {
    let scene = Scene::start().await;
    let more = [("VIGIROUTE_HEALTH_BIND", "127.0.0.1:0")];
    let mut second = Running::start_from(binary(), Program::Gateway, &[], &scene.stack, &more).unwrap();
    assert_eq!(second.wait(LONG).await.and_then(|status| status.code()), Some(1));
    assert!(second.tail().contains("in use by another gateway"), "{}", second.tail());
}

#[tokio::test]
async fn asked_to_end_it_ends_in_good_order() {
    let mut scene = Scene::start().await;
    let begun = std::time::Instant::now();
    let ended = scene.gateway.stop(LONG).await;
    assert_eq!(ended.and_then(|status| status.code()), Some(0), "{}", scene.gateway.tail());
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let mut scene = Scene::start().await;
    scene.stack.prosody.stop().await;
    let url = format!("{}/health/ready", scene.gateway.health_url());
    let words = async {
        loop {
            let (status, body) = testbed::http::get(&url).await.unwrap();
            if status == 503 && body.contains("Connection refused") {
                return body;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let body = tokio::time::timeout(LONG, words).await.unwrap();
    assert!(body.starts_with("xmpp: not for "), "{body}");
    assert!(!body.contains("mqtt"), "{body}");
}
