//! The menu bar of a phone, by mouse and by keyboard.

use serde_json::json;

use super::driver::Key;
use super::{DESK, open};

/// The name of what has the focus, and whether its sub-menu is open.
const FOCUS: &str = "const at = document.activeElement; return [at.querySelector('bdi')?.textContent, at.getAttribute('aria-expanded')]";

#[test]
fn a_click_opens_and_closes_a_sub_menu_and_a_button_does_what_it_does() {
    let Some((_world, browser)) = open(DESK) else { return };
    let opener = ".phone.after [aria-haspopup=menu]";
    let is_open = || browser.js("return document.querySelector('.phone.after .below').offsetHeight > 0");
    assert_eq!(is_open(), false);
    browser.click(opener);
    assert_eq!(is_open(), true);
    assert_eq!(browser.texts(".phone.after .below button"), ["官网", "海报\n+ new"]);
    assert_eq!(browser.js(&format!("return document.querySelector('{opener}').ariaExpanded")), "true");
    browser.click(opener);
    assert_eq!(browser.js(&format!("return document.querySelector('{opener}').ariaExpanded")), "false");
    browser.click(opener);
    browser.click(".phone.after .below li:nth-child(2) button");
    assert_eq!(browser.count(".phone.after .chat .bubble.image"), 1, "the poster was sent");
    browser.click(".phone.after .bar > li:nth-child(2) > button");
    assert!(browser.texts(".phone.after .chat").concat().contains("https://m.example.com/us"));
    assert!(
        !browser.texts(".phone.before .chat").concat().contains("example.com"),
        "the other phone stays as it is"
    );
    assert_eq!(browser.js("return location.pathname.split('/').pop()"), "page.html", "nobody goes there");
    browser.close();
}

#[test]
fn changed_buttons_are_marked_by_sign_and_word() {
    let Some((_world, browser)) = open(DESK) else { return };
    let badges = |side: &str| {
        let script = "return [...document.querySelectorAll(arguments[0])].map(one => one.textContent)";
        browser.js_with(script, json!([format!(".phone.{side} .bar button")]))
    };
    assert_eq!(badges("before"), json!(["官网", "客服− goes", "≡新品~ 1changed", "关于~ changed"]));
    assert_eq!(badges("after"), json!(["官网", "海报+ new", "≡新品~ 1changed", "关于~ changed"]));
    browser.close();
}

#[test]
fn the_keyboard_goes_everywhere_in_it() {
    let Some((_world, browser)) = open(DESK) else { return };
    let focus = || browser.js(FOCUS);
    browser.js("document.querySelector('.phone.before .chat').focus()");
    browser.press(&[Key::Tab]);
    assert_eq!(focus(), json!(["新品", "false"]), "Tab leads into the bar");
    browser.press(&[Key::Right]);
    assert_eq!(focus(), json!(["关于", null]));
    browser.press(&[Key::Right]);
    assert_eq!(focus(), json!(["新品", "false"]), "around the end");
    browser.press(&[Key::Up]);
    assert_eq!(focus(), json!(["客服", null]), "the last of those above it");
    browser.press(&[Key::Up]);
    assert_eq!(focus(), json!(["官网", null]));
    browser.press(&[Key::End]);
    assert_eq!(focus(), json!(["客服", null]));
    browser.press(&[Key::Escape]);
    assert_eq!(focus(), json!(["新品", "false"]), "closed, and back");
    browser.press(&[Key::Enter, Key::Down]);
    assert_eq!(focus(), json!(["官网", null]));
    browser.press(&[Key::Down, Key::Enter]);
    assert!(browser.texts(".phone.before .chat").concat().contains("您好"));
    assert_eq!(focus(), json!(["新品", "false"]), "what was pressed is hidden again");
    browser.press(&[Key::Tab]);
    assert_eq!(
        browser.js("return document.activeElement.closest('.phone')?.className"),
        "phone after",
        "Tab leads out of it"
    );
    browser.close();
}
