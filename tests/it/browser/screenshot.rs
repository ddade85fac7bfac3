//! The picture in the README: the example's page after the README's edits. `MPFORM_UPDATE=1` takes it anew.

use std::path::Path;

use base64::Engine as _;
use serde_json::json;

use super::{Browser, DESK, View};
use crate::readme::{edited_example, update};

const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/preview.png");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readmes_picture_is_of_the_readmes_page() {
    let (_example, page) = edited_example("examples-preview", "examples/plan.html").await;
    tokio::task::spawn_blocking(move || look(&page)).await.expect("ends");
    let size = std::fs::metadata(PICTURE).expect("the picture is there").len();
    assert!(size < 300_000, "{size} bytes");
}

fn look(page: &Path) {
    let Some(browser) = Browser::open(page, View { height: 905, ..DESK }) else { return };
    browser.js_with(
        "const input = document.querySelector('.composer input'); input.value = arguments[0]; input.form.requestSubmit(); input.blur();
        document.querySelectorAll('.bar > li:first-child > button').forEach((opener) => opener.click())",
        json!(["停车费"]),
    );
    assert!(browser.texts(".why").concat().contains("found: “停车费怎么收” (停车)"));
    let opened = browser.texts(".phone.after .below:not([hidden]) .badge").concat();
    assert!(opened.contains("+ new"), "{opened}");
    if update() {
        let shot = browser.cdp("Page.captureScreenshot", json!({"format": "png"}));
        let bytes = base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().expect("data"));
        std::fs::write(Path::new(PICTURE), bytes.expect("base64")).expect("can be written");
    }
    browser.close();
}
