//! The page's files.

use crate::world::World;

#[tokio::test]
async fn files_are_served_and_cached_as_their_names_allow() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    write("index.html", "<!doctype html><title>Vigiroute</title>");
    write("docs.html", "<!doctype html><title>REST</title>");
    write("assets/index-BQ1vGb5z.js", &"console.log(1);".repeat(100));
    let world = World::start_with(&[("VIGIROUTE_STATIC_DIR", folder.path().to_str().unwrap())]).await;

    let index = world.get("/").await;
    assert_eq!((index.status, index.text().contains("Vigiroute")), (200, true));
    assert_eq!((index.header("content-type"), index.header("cache-control")), ("text/html", "no-cache"));
    let docs = world.get("/api/docs").await;
    assert_eq!((docs.status, docs.text().contains("REST")), (200, true));
    assert_eq!(
        (docs.header("content-type"), docs.header("cache-control")),
        ("text/html; charset=utf-8", "no-cache")
    );
    let asset = world.client.send("GET", "/assets/index-BQ1vGb5z.js", &[("accept-encoding", "br")], "").await;
    assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!((asset.header("content-type"), asset.header("content-encoding")), ("text/javascript", "br"));
    for path in ["/history", "/assets/nothing-BQ1vGb5z.js", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        world.get(path).await.assert_problem(404, "");
    }
    world.client.send("POST", "/", &[], "").await.assert_problem(405, "");
}

#[tokio::test]
async fn a_page_that_is_not_built_says_how_to_build_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_with(&[("VIGIROUTE_STATIC_DIR", folder.path().to_str().unwrap())]).await;
    let answer = world.get("/").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("npm run build"), "{}", answer.text());
    std::fs::write(folder.path().join("index.html"), "built").unwrap();
    assert_eq!(world.get("/").await.text(), "built", "it is there as soon as it is built");
}
