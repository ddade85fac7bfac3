//! A real Chromium with one page open: clicked, typed into, asked.

use std::path::Path;

use serde_json::{Value, json};

use super::session::Session;
use crate::left_out::can_run;

/// A browser, and the page that it shows.
pub(crate) struct Browser {
    session: Session,
}

/// How a page is looked at.
#[derive(Clone, Copy)]
pub(crate) struct View {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) language: &'static str,
    pub(crate) scheme: &'static str,
}

/// A desk, in English, by day.
pub(crate) const DESK: View = View { width: 1280, height: 900, language: "en-US", scheme: "light" };

/// A phone held upright.
pub(crate) const PHONE: View = View { width: 390, height: 844, ..DESK };

/// A key that types nothing, as WebDriver calls it: https://www.w3.org/TR/webdriver2/#keyboard-actions
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Tab = 0xE004,
    Enter = 0xE007,
    Escape = 0xE00C,
    End = 0xE010,
    Up = 0xE013,
    Right = 0xE014,
    Down = 0xE015,
}

impl Browser {
    /// Opens a page; nothing if there is no browser here and none must be.
    pub(crate) fn open(page: &Path, view: View) -> Option<Self> {
        if !can_run("browser") {
            return None;
        }
        let browser = Self { session: Session::start(view.language) };
        let (width, height, mobile) = (view.width, view.height, view.width < 500);
        browser.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
        );
        browser.media("screen", view.scheme);
        browser.go(&format!("file://{}", page.display()));
        Some(browser)
    }

    /// Goes to an address.
    pub(crate) fn go(&self, address: &str) {
        self.session.post("/url", json!({"url": address}));
    }

    /// What a script gives back; it is the body of a function.
    #[track_caller]
    pub(crate) fn js(&self, script: &str) -> Value {
        self.js_with(script, json!([]))
    }

    /// The same with arguments.
    #[track_caller]
    pub(crate) fn js_with(&self, script: &str, arguments: Value) -> Value {
        self.session.post("/execute/sync", json!({"script": script, "args": arguments}))
    }

    /// Waits until something is so, frame by frame; one is drawn at least.
    #[track_caller]
    pub(crate) fn until(&self, condition: &str) {
        self.js(&format!(
            "return new Promise((done) => {{ const look = () => ({condition}) ? done() : requestAnimationFrame(look); requestAnimationFrame(look); }})"
        ));
    }

    /// Clicks what a selector finds first.
    #[track_caller]
    pub(crate) fn click(&self, selector: &str) {
        self.session.post(&format!("{}/click", self.find(selector)), json!({}));
    }

    /// Types into what a selector finds first, in place of what is there.
    #[track_caller]
    pub(crate) fn type_into(&self, selector: &str, text: &str) {
        let field = self.find(selector);
        self.session.post(&format!("{field}/clear"), json!({}));
        self.session.post(&format!("{field}/value"), json!({"text": text}));
    }

    /// Presses keys, one after the other, wherever the focus is.
    #[track_caller]
    pub(crate) fn press(&self, keys: &[Key]) {
        let strokes = keys.iter().flat_map(|key| {
            let key = char::from_u32(*key as u32).expect("a character");
            ["keyDown", "keyUp"].map(|stroke| json!({"type": stroke, "value": key}))
        });
        let strokes: Vec<_> = strokes.collect();
        self.session
            .post("/actions", json!({"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]}));
    }

    #[track_caller]
    fn find(&self, selector: &str) -> String {
        let found = self.session.post("/element", json!({"using": "css selector", "value": selector}));
        let id = found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str);
        format!("/element/{}", id.expect("an element"))
    }

    /// The text of everything that a selector finds, as it shows.
    #[track_caller]
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.js_with(
            "return [...document.querySelectorAll(arguments[0])].map(one => one.innerText || one.textContent)",
            json!([selector]),
        );
        found.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// How many a selector finds.
    #[track_caller]
    pub(crate) fn count(&self, selector: &str) -> usize {
        self.texts(selector).len()
    }

    /// Makes the browser believe in paper or a screen, and in a time of day.
    pub(crate) fn media(&self, media: &str, scheme: &str) {
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]}),
        );
    }

    /// A command of the browser's own protocol.
    #[track_caller]
    pub(crate) fn cdp(&self, method: &str, parameters: Value) -> Value {
        self.session.post("/goog/cdp/execute", json!({"cmd": method, "params": parameters}))
    }

    /// Ends, after a look at what went on meanwhile: no message on the console, and no request but for the page.
    #[track_caller]
    pub(crate) fn close(self) {
        assert_eq!(self.log("browser"), Vec::<String>::new(), "the console says something");
        let asked: Vec<String> = self.log("performance").iter().filter_map(|line| request(line)).collect();
        let outside: Vec<_> = asked
            .iter()
            .filter(|url| !["file:", "data:", "about:"].iter().any(|front| url.starts_with(front)))
            .collect();
        assert_eq!(outside, Vec::<&String>::new(), "the page asks the network for something");
        assert!(asked.iter().any(|url| url.starts_with("file:")), "requests are seen at all: {asked:?}");
    }

    fn log(&self, kind: &str) -> Vec<String> {
        let lines = self.session.post("/se/log", json!({"type": kind}));
        let lines = lines.as_array().into_iter().flatten();
        lines.filter_map(|line| line["message"].as_str().map(str::to_owned)).collect()
    }
}

/// The address that a line of the performance log says was asked for.
fn request(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let message = &line["message"];
    let is_request = message["method"] == "Network.requestWillBeSent";
    message["params"]["request"]["url"].as_str().filter(|_| is_request).map(str::to_owned)
}
