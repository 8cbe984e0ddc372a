//! What the program says about scenarios and wrong usage.

use super::world::program;

async fn output(arguments: &[&str]) -> (i32, String, String) {
    let output = program(arguments).current_dir(testbed::workspace_folder()).output().await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test]
async fn check_tells_what_a_scenario_will_do() {
    let (code, out, err) = output(&["check", "simulator/scenarios/helsinki.toml"]).await;
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("simulator/scenarios/helsinki.toml: fine\n  300 vehicles on "), "{out}");
    assert!(out.contains("crash at 25 s for 600 s, again every 780 s: Mannerheimintie"), "{out}");
}

#[tokio::test]
async fn check_names_file_line_and_reason_of_what_is_wrong() {
    let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    let path = file.path().to_str().unwrap();
    std::fs::write(path, "vehicles = 5\n\nvehicels = 6\n").unwrap();
    let (code, _, err) = output(&["check", path]).await;
    assert_eq!(code, 64);
    assert!(err.starts_with(&format!("simulator: {path}:3: unknown field `vehicels`")), "{err}");

    std::fs::write(path, "vehicles = 90000\n").unwrap();
    let (code, _, err) = output(&["check", path]).await;
    assert_eq!(code, 64);
    assert!(err.contains("the road network has room for"), "{err}");
}

#[tokio::test]
async fn list_shows_the_ready_scenarios() {
    let (code, out, _) = output(&["list"]).await;
    assert_eq!(code, 0);
    assert!(out.contains("helsinki.toml  Central Helsinki, crash and jam (300 vehicles)"), "{out}");
}

#[tokio::test]
async fn wrong_usage_ends_with_64_and_says_what_to_do() {
    for (arguments, word) in [
        (&["run", "--scenario", "/nowhere.toml"][..], "--scenario"),
        (&["run", "--roads", "/nowhere.geojson"], "--roads"),
        (&["run", "--mqtt-password-file", "/nowhere"], "/nowhere"),
        (&["replay", "/nowhere.ndjson"], "/nowhere.ndjson"),
        (&["replay", "x", "--speed", "-1"], "--speed"),
        (&["drive"], "drive"),
    ] {
        let (code, _, err) = output(arguments).await;
        assert_eq!(code, 64, "{arguments:?}: {err}");
        assert!(err.contains(word), "{arguments:?}: {err}");
    }
}
