//! What goes out to a webhook, in the words of its receiver.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Item, Notice};
use crate::config::Format;
use crate::text;
use crate::words::{Lang, Text, escape};

/// A line is cut to so many bytes, so that one reason leaves room for others.
const LONGEST: usize = 400;

/// So many things are named; the rest is counted.
const NAMED: usize = 20;

/// A signature, where the receiver wants one.
pub(super) enum Signed {
    No,
    /// In the query: time in milliseconds, signature.
    Query(i64, String),
    /// In the body: time in seconds, signature.
    Body(i64, String),
}

impl Signed {
    /// The address with what belongs behind it.
    pub(super) fn url(&self, url: &str) -> String {
        match self {
            Self::Query(time, sign) => {
                let mark = if url.contains('?') { '&' } else { '?' };
                format!("{url}{mark}timestamp={time}&sign={}", utf8_percent_encode(sign, NON_ALPHANUMERIC))
            }
            _ => url.to_owned(),
        }
    }
}

/// The signature of now. Both vendors hash "time, line break, secret": DingTalk with the secret as the key, Feishu
/// takes all of it for the key and hashes nothing (source: their documents on 自定义机器人).
pub(super) fn signed(format: Format, secret: Option<&str>, now: DateTime<Utc>) -> Signed {
    let Some(secret) = secret else { return Signed::No };
    match format {
        Format::Dingtalk => {
            let time = now.timestamp_millis();
            Signed::Query(time, hmac(secret, &format!("{time}\n{secret}")))
        }
        Format::Feishu => {
            let time = now.timestamp();
            Signed::Body(time, hmac(&format!("{time}\n{secret}"), ""))
        }
        Format::Json | Format::Wecom => Signed::No,
    }
}

fn hmac(key: &str, text: &str) -> String {
    // A key of any length is fine.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The body.
pub(super) fn body(format: Format, notice: &Notice, lang: Lang, signed: &Signed) -> Value {
    match format {
        Format::Json => object(notice),
        // The documents' limits, in bytes: 2,048 and 20,000, and 20 KB for the whole request at Feishu.
        Format::Wecom => json!({"msgtype": "text", "text": {"content": plain(notice, lang, 2_048)}}),
        Format::Dingtalk => json!({"msgtype": "text", "text": {"content": plain(notice, lang, 18_000)}}),
        Format::Feishu => {
            let mut body = json!({"msg_type": "text", "content": {"text": plain(notice, lang, 14_000)}});
            if let Signed::Body(time, sign) = signed {
                body["timestamp"] = time.to_string().into();
                body["sign"] = sign.as_str().into();
            }
            body
        }
    }
}

/// For programs: always English.
fn object(notice: &Notice) -> Value {
    let items = notice.items.iter().map(|item| {
        json!({
            "address": item.address,
            "outcome": item.outcome.en(),
            "error": item.why.as_ref().map(Text::en),
        })
    });
    json!({
        "format_version": "1.0",
        "tool_version": env!("CARGO_PKG_VERSION"),
        "command": notice.occasion.command(),
        "project": notice.project,
        "environment": notice.environment,
        "at": notice.at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "outcome": if notice.failed { "failed" } else { "changed" },
        "summary": notice.counts,
        "text": notice.summary.en(),
        "items": items.collect::<Vec<_>>(),
        "link": notice.link,
    })
}

/// [`words`] that call nobody: `<at user_id="all">` and `<@all>` do in some formats, whoever wrote them.
fn plain(notice: &Notice, lang: Lang, most: usize) -> String {
    let mut room = most;
    loop {
        let said = words(notice, lang, room).replace('<', "＜");
        // The sign that stands in for it is longer.
        let over = said.len().saturating_sub(most);
        if over == 0 || room < 200 {
            return said;
        }
        room = room.saturating_sub(over);
    }
}

/// For people: plain text, cut by whole lines to so many bytes.
fn words(notice: &Notice, lang: Lang, most: usize) -> String {
    let (command, project, environment) =
        (notice.occasion.command(), escape(&notice.project), &notice.environment);
    let mark = if notice.failed { "✗" } else { "✓" };
    let head = match environment.as_str() {
        "default" => format!("{mark} mpform {command} · {project}"),
        _ => format!("{mark} mpform {command} · {project} · {environment}"),
    };
    let mut lines = vec![head, notice.summary.to(lang)];
    lines.extend(notice.link.clone());
    let tail: usize = lines.iter().map(|line| line.len() + 1).sum();
    // Room for the line that counts the rest.
    let mut room = most.saturating_sub(tail + 60);
    let mut named = 0;
    for item in notice.items.iter().take(NAMED) {
        let line = self::line(item, lang);
        if line.len() + 1 > room {
            break;
        }
        room -= line.len() + 1;
        lines.insert(2 + named, line);
        named += 1;
    }
    let rest = notice.items.len() - named;
    if rest > 0 {
        lines.insert(2 + named, text!("and {rest} more", rest).to(lang));
    }
    lines.join("\n")
}

/// On one line, whatever a vendor put into it.
fn line(Item { address, outcome, why }: &Item, lang: Lang) -> String {
    let mut line = outcome.to(lang);
    if let Some(address) = address {
        line = format!("{address} {line}");
    }
    if let Some(why) = why {
        line = text!("{line}: {why}", line, why).to(lang);
    }
    let line = escape(&line).into_owned();
    if line.len() <= LONGEST {
        return line;
    }
    let end = (0..=LONGEST).rev().find(|end| line.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", &line[..end])
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;
    use crate::config::Occasion;

    fn notice(items: usize, failed: bool) -> Notice {
        let item = |nth| Item {
            address: Some(format!("shop/keyword/规则{nth}")),
            outcome: text!("created"),
            why: (failed && nth == 0).then(|| Text::from("no <at user_id=\"all\"></at>\nand more")),
        };
        Notice {
            occasion: Occasion::Apply,
            project: "花店".into(),
            environment: "staging".into(),
            at: Utc.timestamp_nanos(0),
            failed,
            summary: Text::from("Apply: 3 done."),
            counts: json!({"done": 3}),
            items: (0..items).map(item).collect(),
            link: Some("https://ci.example.com/7".into()),
        }
    }

    #[test]
    fn signatures_are_those_of_the_documents() {
        let now = Utc.timestamp_millis_opt(1_599_360_473_123).unwrap();
        let Signed::Query(time, sign) = signed(Format::Dingtalk, Some("this is secret"), now) else {
            panic!()
        };
        assert_eq!((time, sign.as_str()), (1_599_360_473_123, DINGTALK));
        let Signed::Body(time, sign) = signed(Format::Feishu, Some("demo"), now) else { panic!() };
        assert_eq!((time, sign.as_str()), (1_599_360_473, FEISHU));
        assert!(matches!(signed(Format::Wecom, Some("x"), now), Signed::No));
    }

    // Worked out with OpenSSL: `printf '%s\n%s' TIME SECRET | openssl dgst -sha256 -hmac SECRET -binary | base64`.
    const DINGTALK: &str = "0eVlIU0GooHVuIBX6FZ86JNxxfy4qwhOlP5JU2uHmq4=";
    const FEISHU: &str = "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=";

    #[test]
    fn a_signature_stands_behind_what_is_there() {
        let signed = Signed::Query(7, "a+b/=".into());
        assert_eq!(
            signed.url("https://x/send?access_token=t"),
            "https://x/send?access_token=t&timestamp=7&sign=a%2Bb%2F%3D"
        );
        assert_eq!(Signed::No.url("https://x"), "https://x");
    }

    #[test]
    fn people_read_lines() {
        let said = words(&notice(2, false), Lang::En, 2_048);
        assert_eq!(
            said,
            "✓ mpform apply · 花店 · staging\nApply: 3 done.\nshop/keyword/规则0 created\nshop/keyword/规则1 created\nhttps://ci.example.com/7"
        );
    }

    #[test]
    fn it_is_cut_by_whole_lines_and_never_too_long() {
        for most in [100, 300, 700, 2_048] {
            let said = words(&notice(90, true), Lang::En, most);
            assert!(said.len() <= most.max(180), "{} of {most}", said.len());
            let rest: usize = said
                .lines()
                .find_map(|line| line.strip_prefix("and ")?.strip_suffix(" more")?.parse().ok())
                .unwrap();
            assert_eq!(said.lines().filter(|line| line.starts_with("shop/")).count() + rest, 90);
            assert!(said.ends_with("https://ci.example.com/7"));
        }
    }

    #[test]
    fn a_long_reason_is_cut_and_leaves_room_for_others() {
        let mut notice = notice(2, true);
        notice.items[0].why = Some(Text::from("删除太多".repeat(400)));
        let said = words(&notice, Lang::En, 2_048);
        assert!(
            said.contains("删除太…")
                || said.contains("删除…")
                || said.contains("太多…")
                || said.contains("删…"),
            "{said}"
        );
        assert!(said.contains("shop/keyword/规则1 created"), "{said}");
    }

    #[test]
    fn nobody_is_called_by_what_a_vendor_says() {
        let said = body(Format::Feishu, &notice(1, true), Lang::En, &Signed::No);
        let text = said["content"]["text"].as_str().unwrap();
        assert!(!text.contains('<') && text.contains("no ＜at"), "{text}");
        assert!(text.contains("all\">＜/at>⏎and more"), "{text}");
    }

    #[test]
    fn programs_get_an_object() {
        let said = body(Format::Json, &notice(1, true), Lang::Zh, &Signed::No);
        assert_eq!(said["outcome"], "failed");
        assert_eq!(said["at"], "1970-01-01T00:00:00Z");
        assert_eq!(said["items"][0]["address"], "shop/keyword/规则0");
        assert_eq!(said["summary"], json!({"done": 3}));
    }
}
