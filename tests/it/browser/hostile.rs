//! Text that would like to be more than text.

use serde_json::json;

use super::{Browser, DESK, page_of};
use crate::world::World;

const SCRIPT: &str = "</script><script>document.title='!'</script>";
const IMAGE: &str = "<img src=x onerror=document.title='!'>";

#[test]
fn it_stays_text_everywhere() {
    let world = World::empty();
    let resources = json!({
        "replies": {"subscribe": {"text": format!("{SCRIPT}{IMAGE}<!-- \u{2028}")}, "default": {"text": "abc\u{202e}def"}},
        "keywords": {
            "<b>k</b>": {"match": ["<i>", "{{script}}"], "reply": {"text": IMAGE}},
            "100%/2F": {"match": ["%"], "reply": {"text": "]]>&lt;"}},
        },
        "menu": [
            {"name": "<b>a", "items": [{"name": "</script>", "link": "javascript:document.title='!'"}]},
            {"name": "&lt;", "reply": {"text": SCRIPT}},
        ],
    });
    world.shop(&serde_yaml::to_string(&resources).expect("YAML"));
    let page = page_of(&world);
    let Some(browser) = Browser::open(&page, DESK) else { return };
    assert!(browser.texts(".phone.after .bubble")[0].contains(&format!("{SCRIPT}{IMAGE}<!-- ⟨U+2028⟩")));
    assert!(
        browser.texts(".phone.after .bubble")[1].contains("abc⟨U+202E⟩def"),
        "what turns text around is shown"
    );
    browser.click(".phone.after [aria-haspopup=menu]");
    assert!(browser.texts(".phone.after .below button")[0].starts_with("</script>"));
    browser.click(".phone.after .below button");
    browser.click(".phone.after .bar > li:nth-child(2) > button");
    browser.type_into(".composer input", &format!("{IMAGE}\u{e007}"));
    for words in ["<i>", IMAGE, "%"] {
        browser.js_with(
            "const input = document.querySelector('.composer input'); input.value = arguments[0]; input.form.requestSubmit()",
            json!([words]),
        );
    }
    assert!(browser.texts(".phone.after .chat").concat().contains("javascript:document.title"));
    browser.js("location.hash = '#shop/keyword/100%2525%252F2F'");
    assert_eq!(
        browser.js("return document.activeElement.id"),
        "shop/keyword/100%25%2F2F",
        "{}",
        browser.js("return location.hash")
    );
    browser.click("#language");
    assert_eq!(browser.js("return document.title"), format!("{} 变更预览", name_of(&page)));
    assert_eq!(browser.js("return [document.images.length, document.scripts.length, document.querySelectorAll('[href^=javascript]').length]"), json!([0, 2, 0]));
    browser.close();
}

fn name_of(page: &std::path::Path) -> String {
    let folder = page.parent().and_then(|folder| folder.canonicalize().ok()).expect("a folder");
    folder.file_name().expect("a name").to_string_lossy().into_owned()
}
