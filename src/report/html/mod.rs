//! The plan as a page that one opens in a browser: what followers would see before and after, and what would change.
//!
//! One file, from which no request goes out: its policy forbids every address but those of what is embedded. What a
//! vendor or a user wrote stands in it once, as JSON in a block that no browser runs; the scripts make text of it and
//! never markup.

mod calendar;
mod data;
mod edits;
mod field;
mod object;
mod said;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::sop::Runs;
use crate::plan::Plan;
use crate::plan::picture::Picture;
use crate::words::escape_json;

/// All that a page shows.
pub struct Page<'a> {
    /// What the project is called.
    pub project: &'a str,
    /// The time for which all that is so, in the project's zone.
    pub now: chrono::DateTime<crate::model::Zone>,
    /// What would change.
    pub plan: &'a Plan,
    /// The accounts that were looked at, in the order of the project.
    pub accounts: Vec<Account<'a>>,
    /// The messages of recurring plans in the months that are shown.
    pub runs: &'a Runs<'a>,
    /// The files that materials show.
    pub files: Vec<File>,
}

/// One account.
pub struct Account<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its vendor's word.
    pub provider: &'static str,
    /// The kinds that its vendor keeps.
    pub kinds: &'static [&'static str],
    /// What it holds before and after; nothing if it could not be read.
    pub picture: Option<&'a Picture>,
}

/// A file that materials show.
pub struct File {
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its bytes; nothing where there was no room for them.
    pub bytes: Option<Vec<u8>>,
}

const SHELL: &str = include_str!("page/page.html");
const STYLE: &[&str] = &[
    include_str!("page/colours.css"),
    include_str!("page/page.css"),
    include_str!("page/phone.css"),
    include_str!("page/chat.css"),
    include_str!("page/materials.css"),
    include_str!("page/calendar.css"),
    include_str!("page/plan.css"),
    include_str!("page/narrow.css"),
    include_str!("page/print.css"),
];
/// Every word of the page in each of its languages.
const WORDS: &str = include_str!("page/words.json");
/// The scripts, each after what it uses.
const SCRIPTS: &[&str] = &[
    include_str!("page/dom.js"),
    include_str!("page/matching.js"),
    include_str!("page/model.js"),
    include_str!("page/reply.js"),
    include_str!("page/menu.js"),
    include_str!("page/chat.js"),
    include_str!("page/phone.js"),
    include_str!("page/materials.js"),
    include_str!("page/calendar.js"),
    include_str!("page/change.js"),
    include_str!("page/plan.js"),
    include_str!("page/summary.js"),
    include_str!("page/main.js"),
];

/// The whole page.
pub fn page(page: &Page<'_>) -> String {
    let style = STYLE.concat();
    let script = format!("const WORDS = {};\n{}", WORDS.trim_end(), SCRIPTS.concat());
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; media-src data:; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(&script)
    );
    // Plain data: it can't fail.
    let data = inert(&serde_json::to_string(&data::Data::from(page)).unwrap_or_default());
    let mut whole = String::with_capacity(SHELL.len() + style.len() + script.len() + data.len());
    // The slots are found in the shell alone: what fills one is never looked at again.
    for part in SHELL.split("{{") {
        let (slot, rest) = part.split_once("}}").unwrap_or(("", part));
        whole.push_str(match slot {
            "policy" => &policy,
            "style" => &style,
            "data" => &data,
            "script" => &script,
            _ => "",
        });
        whole.push_str(rest);
    }
    whole
}

/// By what a policy lets exactly this text through.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// JSON in which nothing can end the block that it stands in, and nothing is hidden from who reads the source. These
/// characters stand in texts only.
fn inert(json: &str) -> String {
    let mut inert = String::with_capacity(json.len());
    for character in escape_json(json).chars() {
        match character {
            '<' => inert.push_str("\\u003c"),
            '>' => inert.push_str("\\u003e"),
            '&' => inert.push_str("\\u0026"),
            other => inert.push(other),
        }
    }
    inert
}

#[cfg(test)]
mod tests;
