//! Languages, colours, paper, and a phone in the hand.

use base64::Engine as _;
use serde_json::{Value, json};

use super::driver::Key;
use super::{Browser, DESK, PHONE, View, open};

#[test]
fn it_speaks_the_readers_language_and_changes_it() {
    let Some((_world, browser)) = open(View { language: "zh-CN", ..DESK }) else { return };
    assert_eq!(browser.js("return document.documentElement.lang"), "zh-CN");
    assert_eq!(browser.texts("#plan"), ["计划"]);
    let both = browser.js("return mpform.words.plan");
    assert_eq!(both, json!(["Plan", "计划"]));
    browser.click("#language");
    assert_eq!(browser.js("return document.documentElement.lang"), "en");
    assert_eq!(browser.texts("#plan"), ["Plan"]);
    assert_eq!(browser.js("return document.activeElement.id"), "language", "the focus stays");
    browser.close();
}

#[test]
fn it_is_dark_where_the_reader_likes_it_and_every_text_can_be_read() {
    let Some((_world, browser)) = open(View { scheme: "dark", ..DESK }) else { return };
    assert_eq!(browser.js("return document.documentElement.dataset.theme"), "dark");
    browser.js("document.querySelectorAll('[aria-haspopup]').forEach(one => one.click())");
    browser.click(".tries button");
    assert_eq!(faint(&browser), json!([]));
    browser.click("#theme");
    assert_eq!(browser.js("return document.documentElement.dataset.theme"), "light");
    assert_eq!(faint(&browser), json!([]));
    // It goes along with the system.
    browser.media("screen", "light");
    browser.until("!matchMedia('(prefers-color-scheme: dark)').matches");
    browser.media("screen", "dark");
    browser.until("document.documentElement.dataset.theme === 'dark'");
    browser.close();
}

/// Texts whose contrast to what is behind them is below what WCAG's AA asks for.
fn faint(browser: &Browser) -> Value {
    browser.js(
        "const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map((one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
        };
        const ground = (one) => {
            for (; one; one = one.parentElement) {
                const colour = parse(getComputedStyle(one).backgroundColor);
                if (colour.length === 3 || colour[3] === 1) return colour;
            }
            return [255, 255, 255];
        };
        const found = new Set();
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) {
            const one = walk.currentNode.parentElement;
            if (!walk.currentNode.textContent.trim() || ['SCRIPT', 'NOSCRIPT', 'OPTION'].includes(one.tagName)) continue;
            const [text, behind] = [light(parse(getComputedStyle(one).color)), light(ground(one))];
            const contrast = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
            if (contrast < 4.5) found.add(one.tagName + '.' + one.className + ' ' + contrast.toFixed(2) + ' ' + one.textContent.slice(0, 20));
        }
        return [...found]",
    )
}

#[test]
fn on_paper_everything_is_open_and_nothing_is_to_press() {
    let Some((_world, browser)) = open(View { scheme: "dark", ..DESK }) else { return };
    browser.media("print", "dark");
    browser.until("!document.querySelector('details:not([open])')");
    let shown = |selector: &str| {
        let script =
            "return [...document.querySelectorAll(arguments[0])].filter(one => one.offsetHeight > 0).length";
        browser.js_with(script, json!([selector])).as_u64().expect("a number")
    };
    assert_eq!(shown(".below button"), 4, "sub-menus of both phones");
    assert_eq!(shown(".filters, .composer, .tools, header nav, .tries"), 0);
    assert_eq!(shown("details:not([open])"), 0);
    assert_eq!(browser.js("return getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    browser.media("screen", "dark");
    assert_eq!(shown(".below button"), 0, "back on the screen they are closed");
    let pdf = browser.cdp("Page.printToPDF", json!({"printBackground": true}));
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(pdf["data"].as_str().expect("data"))
        .expect("base64");
    assert!(bytes.starts_with(b"%PDF") && bytes.len() > 10_000);
    browser.close();
}

#[test]
fn on_a_phone_nothing_reaches_over_the_side() {
    let Some((_world, browser)) = open(PHONE) else { return };
    for language in ["en", "zh-CN"] {
        assert_eq!(browser.js("return document.documentElement.lang"), language);
        browser.js("document.querySelectorAll('.phone.after [aria-haspopup], .tries button').forEach(one => one.click())");
        let wide = browser.js(
            "return [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('nav, .aside')).map(one => one.outerHTML.slice(0, 90))",
        );
        assert_eq!(wide, json!([]));
        assert_eq!(browser.js("return document.documentElement.scrollWidth"), 390);
        browser.click("#language");
    }
    browser.close();
}

#[test]
fn a_screen_reader_finds_its_way() {
    let Some((_world, browser)) = open(DESK) else { return };
    let nameless = browser.js(
        "const name = (one) => one.getAttribute('aria-label') || one.labels?.[0]?.innerText || one.innerText || one.textContent;
        return [...document.querySelectorAll('button, input, select, a, [role=log], [role=menu], [role=menubar], nav')].filter(one => !name(one)?.trim()).map(one => one.outerHTML)",
    );
    assert_eq!(nameless, json!([]));
    let levels = browser
        .js("return [...document.querySelectorAll('h1,h2,h3,h4,h5')].map(one => Number(one.tagName[1]))");
    let levels: Vec<u64> = levels.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    assert_eq!(levels.first(), Some(&1));
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert_eq!(browser.count("main"), 1);
    assert_eq!(browser.js("return new Set([...document.querySelectorAll('[id]')].map(one => one.id)).size - document.querySelectorAll('[id]').length"), 0, "no id twice");
    browser.press(&[Key::Tab]);
    assert_eq!(
        browser.js("return document.activeElement.className"),
        "skip",
        "the way past the head comes first"
    );
    let outline = browser.js("return getComputedStyle(document.activeElement).outlineStyle");
    assert_eq!(outline, "solid", "what has the focus shows");
    browser.close();
}
