//! A WebDriver session: a chromedriver of its own, which ends with it, and calls to it.
//!
//! Plain JSON over the HTTP client that is there anyway: the well-kept WebDriver crates add operators to `String`, by which
//! other tests cease to compile.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::left_out::find;
use crate::world::BOUND;

pub(super) struct Session {
    client: reqwest::Client,
    runtime: Runtime,
    chromedriver: Child,
    /// The session's address, once there is one.
    url: String,
}

impl Session {
    /// Starts a browser for readers of this language.
    #[expect(clippy::disallowed_methods, reason = "what it talks to is no vendor")]
    pub(super) fn start(language: &str) -> Self {
        // Another test may have been first, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (chromedriver, port) = chromedriver();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runs");
        let client = reqwest::Client::builder().no_proxy().timeout(BOUND).build().expect("a client");
        let mut session =
            Self { client, runtime, chromedriver, url: format!("http://127.0.0.1:{port}/session") };
        let made = session.post("", json!({"capabilities": {"alwaysMatch": capabilities(language)}}));
        let id = made["sessionId"].as_str().expect("a session");
        session.url = format!("{}/{id}", session.url);
        session
    }

    /// A command of the session; what it gives back.
    #[track_caller]
    pub(super) fn post(&self, path: &str, body: Value) -> Value {
        self.call(Method::POST, path, Some(body)).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let told = self.runtime.block_on(async { request.send().await?.bytes().await });
        let told = told.map_err(|error| format!("{error:?}"))?;
        let value: Value = serde_json::from_slice(&told).map_err(|error| error.to_string())?;
        match value["value"]["error"].as_str() {
            Some(error) => {
                Err(format!("{error}: {}", value["value"]["message"].as_str().unwrap_or_default()))
            }
            None => Ok(value["value"].clone()),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The browser ends with its session; without that it would outlive the driver.
        let _ = self.call(Method::DELETE, "", None);
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

/// On a free port, which it says.
fn chromedriver() -> (Child, u16) {
    let mut child = Command::new(find(&["chromedriver"]).expect("looked for before"))
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // It must be able to go on talking.
    std::thread::spawn(move || lines.for_each(drop));
    (child, port.expect("chromedriver says its port"))
}

fn capabilities(language: &str) -> Value {
    let browser = find(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
    json!({
        "browserName": "chrome",
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        "goog:chromeOptions": {
            "binary": browser.expect("looked for before"),
            // As root, and in containers with little shared memory, Chromium runs only like this.
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"],
            "prefs": {"intl.accept_languages": language},
        },
    })
}
