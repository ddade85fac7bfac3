//! `notify:`: who hears how a run ended, in which words, and that a run never fails for it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use mpform::cli::Exit;
use serde_json::{Value, json};

use crate::plan::SHOP;
use crate::plans::CARE;
use crate::town::Town;
use crate::world::{PROJECT, World};

/// Somebody who listens, and says this to everyone. Its thread ends with the tests.
struct Ear {
    url: String,
    heard: Receiver<(String, Value)>,
}

impl Ear {
    fn saying(status: &'static str, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let url = format!("http://{}/robot/send?key=S3CRET", listener.local_addr().expect("an address"));
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (mut seen, mut chunk) = (vec![], [0; 4096]);
                let body = loop {
                    let read = stream.read(&mut chunk).expect("reads");
                    seen.extend_from_slice(&chunk[..read]);
                    let text = String::from_utf8_lossy(&seen).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let length = head.lines().find_map(|line| {
                        line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
                    });
                    if body.len() >= length.unwrap_or_default() {
                        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                        break (path, serde_json::from_str(body).expect("JSON"));
                    }
                };
                // Before the answer: whoever told waits for that.
                let _ = tell.send(body);
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                    answer.len()
                );
            }
        });
        Self { url, heard }
    }

    /// What was said since, all of it: whoever tells waits for the answer.
    fn all(&self) -> Vec<(String, Value)> {
        self.heard.try_iter().collect()
    }

    #[track_caller]
    fn one(&self) -> Value {
        let mut all = self.all();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0).1
    }
}

fn told(ear: &Ear, more: &str) -> World {
    let world = World::empty();
    world.write("mpform.yaml", &format!("{PROJECT}notify: [{{webhook: \"{}\"{more}}}]\n", ear.url));
    world.shop(SHOP);
    world
}

#[test]
fn an_apply_that_changed_something_is_told_once() {
    let ear = Ear::saying("200 OK", "");
    let world = told(&ear, "");
    let ran = world.run("apply --yes").expect_code(0);
    assert!(!ran.err.contains("could not be told"), "{}", ran.err);
    let heard = ear.one();
    assert_eq!(heard["command"], "apply");
    assert_eq!(heard["outcome"], "changed");
    assert_eq!(heard["environment"], "default");
    assert_eq!(heard["summary"], json!({"done": 9, "failed": 0, "skipped": 0, "verified": true}));
    assert_eq!(heard["text"], "Apply: 9 done, 0 failed, 0 not tried.");
    let first = json!({"address": "shop/group/vip", "outcome": "created", "error": null});
    assert!(heard["items"].as_array().expect("a list").contains(&first), "{heard}");
    // Nothing to do is nothing to tell.
    world.run("apply --yes").expect_code(0);
    assert_eq!(ear.all(), []);
}

#[test]
fn what_went_wrong_is_told_too() {
    let ear = Ear::saying("200 OK", "");
    let world = told(&ear, "");
    world.apply();
    ear.all();
    // Refused: more deletions than the policy lets through.
    world.shop(
        &SHOP
            .replace("  时间: {match: [几点, {fuzzy: 几点开门}], reply: {text: 每天九点到九点}}\n", "")
            .replace(
                "  地址: {match: [在哪], reply: {text: 花园路 18 号}}\n",
                "  新: {match: [新], reply: {text: 新}, protect: true}\n",
            ),
    );
    world.write(
        "mpform.yaml",
        &format!("{PROJECT}policy: {{max_deletes: 0}}\nnotify: [{{webhook: \"{}\"}}]\n", ear.url),
    );
    world.run("apply --yes").expect_code(1);
    let heard = ear.one();
    assert_eq!(
        (&heard["outcome"], &heard["text"]),
        (&json!("failed"), &json!("stopped before anything was done"))
    );
    assert_eq!(heard["items"][0]["outcome"], "error MP060");
}

#[test]
fn drift_is_told_and_its_absence_is_not() {
    let ear = Ear::saying("200 OK", "");
    let world = told(&ear, ", on: [drift]");
    world.apply();
    world.run("drift").expect_code(0);
    assert_eq!(ear.all(), [], "neither the apply nor that all is well");
    let rules = world.live()["rules"].clone();
    let rule = rules.as_array().and_then(|rules| rules.iter().find(|rule| rule["name"] == "地址"));
    let id = rule.and_then(|rule| rule["id"].as_str()).expect("it is there").to_owned();
    world.hand("DELETE", &format!("keyword/{id}"), Value::Null);
    world.run("drift").expect_code(0);
    let heard = ear.one();
    assert_eq!((&heard["command"], &heard["outcome"]), (&json!("drift"), &json!("changed")));
    assert_eq!(
        heard["items"],
        json!([{"address": "shop/keyword/地址", "outcome": "was deleted", "error": null}])
    );
}

#[test]
fn robots_hear_a_text() {
    for (format, words, answer) in [
        ("wecom", "/text/content", r#"{"errcode":0,"errmsg":"ok"}"#),
        ("dingtalk", "/text/content", r#"{"errcode":0,"errmsg":"ok"}"#),
        ("feishu", "/content/text", r#"{"code":0,"msg":"success"}"#),
    ] {
        let ear = Ear::saying("200 OK", answer);
        let world = told(&ear, &format!(", format: {format}"));
        let ran = world.run("apply --yes --lang zh").expect_code(0);
        assert!(!ran.err.contains("MP150"), "{format}: {}", ran.err);
        let heard = ear.one();
        let text = heard.pointer(words).and_then(Value::as_str).expect("a text");
        assert!(
            text.starts_with("✓ mpform apply · ") && text.contains("shop/menu/新品 "),
            "{format}: {text}"
        );
    }
}

#[test]
fn signed_robots_get_their_signature() {
    let ear = Ear::saying("200 OK", r#"{"errcode":0}"#);
    let world = told(&ear, ", format: dingtalk, secret: SEC1");
    world.apply();
    let (path, _) = ear.all().remove(0);
    assert!(path.starts_with("/robot/send?key=S3CRET&timestamp=1") && path.contains("&sign="), "{path}");
    let ear = Ear::saying("200 OK", r#"{"code":0}"#);
    let world = told(&ear, ", format: feishu, secret: SEC1");
    world.apply();
    let heard = ear.one();
    assert!(
        heard["timestamp"].is_string() && heard["sign"].as_str().is_some_and(|sign| sign.len() == 44),
        "{heard}"
    );
}

#[test]
fn a_robot_that_says_no_is_a_warning() {
    for (status, answer, why) in [
        (
            "200 OK",
            r#"{"errcode":93000,"errmsg":"invalid webhook url, key=S3CRET"}"#,
            "it was refused with code 93000",
        ),
        ("200 OK", "<html>", "the answer is not the JSON that was expected"),
        ("302 Found", "", "HTTP 302"),
        ("500 Internal Server Error", "{}", "HTTP 500"),
    ] {
        let ear = Ear::saying(status, answer);
        let world = told(&ear, ", format: wecom");
        let ran = world.run("apply --yes").expect_code(0);
        let line = format!("warning[MP150]: 127.0.0.1 could not be told how the run ended: {why}");
        assert!(ran.err.contains(&line), "{}", ran.err);
        assert!(ran.err.contains("mpform.yaml:5:10"), "{}", ran.err);
        assert!(!format!("{ran:?}").contains("S3CRET"), "{ran:?}");
    }
}

#[test]
fn a_webhook_that_nobody_hears_is_a_warning() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("listens").local_addr().expect("an address");
    let world = World::empty();
    world.write("mpform.yaml", &format!("{PROJECT}notify: [{{webhook: \"http://{nobody}/S3CRET\"}}]\n"));
    world.shop(SHOP);
    let ran = world.run("apply --yes").expect_code(0);
    assert!(
        ran.err.contains("warning[MP150]: 127.0.0.1 could not be told") && !ran.err.contains("S3CRET"),
        "{}",
        ran.err
    );
    world.settled();
}

#[test]
fn what_is_wrong_with_a_webhook_is_said_at_its_place() {
    let world = World::empty();
    world.shop("groups: {}\n");
    let said = |notify: &str| {
        world.write("mpform.yaml", &format!("{PROJECT}notify: {notify}\n"));
        let ran = world.run_with("validate", &[("SANDBOX", "http://127.0.0.1:1")]).expect_code(1);
        assert!(!format!("{ran:?}").contains("S3CRET"), "{ran:?}");
        ran.err
    };
    assert!(said("{webhook: S3CRET}").contains("expected a list of webhooks"));
    assert!(said("https://a/?key=S3CRET").contains("expected a list of webhooks"));
    assert!(said("[\"https://a/?key=S3CRET\"]").contains("expected a webhook"));
    assert!(said("[{url: \"https://a/?key=S3CRET\", format: wecom}]").contains("mpform.yaml:5:"));
    assert!(said("[{webhook: \"ftp://S3CRET\"}]").contains("`webhook` is not the address of one"));
    assert!(
        said(
            "
  - webhok: https://S3CRET"
        )
        .contains("unknown key `webhok`")
    );
    assert!(said("[{webhook: \"https://a/S3CRET\", format: slack}]").contains("known here: `json`, `wecom`"));
    assert!(said("[{webhook: \"https://a/S3CRET\", on: [plan]}]").contains("mpform.yaml:5:"));
    assert!(
        said("[{webhook: \"https://a/\", format: wecom, secret: S3CRET}]")
            .contains("`secret` where nothing is signed")
    );
}

#[test]
fn what_was_sent_is_told_without_saying_to_whom() {
    let ear = Ear::saying("200 OK", "");
    let town = Town::new().only("care");
    let project = std::fs::read_to_string(town.path("mpform.yaml")).expect("a project");
    town.write("mpform.yaml", &format!("{project}notify: [{{webhook: \"{}\", on: [sop run]}}]\n", ear.url));
    town.write("care.yaml", CARE);
    town.apply();
    town.run("sop run").expect(Exit::Done);
    assert_eq!(ear.all(), [], "nothing was due");
    town.until("2026-11-23 10:00");
    town.run("sop run").expect(Exit::Done);
    let heard = ear.one();
    assert_eq!((&heard["command"], &heard["outcome"]), (&json!("sop run"), &json!("changed")));
    assert_eq!(heard["at"], "2026-11-23T02:00:00Z");
    assert_eq!(
        heard["items"][0],
        json!({"address": "care/sop/hello@2026-11-23", "outcome": "step 1 sent", "error": null})
    );
    assert!(!heard.to_string().contains("ajie"), "{heard}");
    // Held back, since it is not armed as it is declared.
    town.until("2026-11-24 10:00");
    town.write("care.yaml", &CARE.replace("早上好}", "早上好呀}"));
    town.run("sop run").expect(Exit::Error);
    let heard = ear.one();
    assert_eq!((&heard["outcome"], &heard["items"][0]["outcome"]), (&json!("failed"), &json!("error MP118")));
}

#[test]
fn a_webhook_whose_variable_is_not_set_stops_nothing() {
    let world = World::empty();
    world.write(
        "mpform.yaml",
        &format!("{PROJECT}notify: [{{webhook: \"${{env.ROBOT}}\", format: wecom}}]\n"),
    );
    world.shop(SHOP);
    let ran = world.run("apply --yes").expect_code(0);
    assert!(ran.err.contains("warning[MP017]: `ROBOT` is not set"), "{}", ran.err);
    world.run("plan --detailed-exitcode").expect_code(0);
}
