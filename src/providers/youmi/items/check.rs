//! What is wrong with one message, whoever it goes to. Each rule is one that the vendor's document states or shows.

use serde_json::Value;

use super::{BatchItem, File, Item};
use crate::model::sop::{Own, Raw, Words};
use crate::model::{Finding, Step};
use crate::problem::Code;
use crate::text;
use crate::words::Text;

/// Fields of the vendor's own that say from whom and to whom. They are the audience's to say: a message that named
/// somebody else would go to whom nobody planned it for.
const ADDRESS: [&str; 4] = ["WechatId", "ToUserName", "TakeOverKey", "RelationType"];

/// What may stand in a batch.
const PARTS: &[&str] = &["text", "image", "video", "file", "link"];

impl Words for Item {
    const FORMS: &'static [&'static str] = &[
        "text",
        "image",
        "video",
        "file",
        "link",
        "contact",
        "wecom_contact",
        "mini_program",
        "official_account",
        "collect",
        "refund",
        "forward",
        "batch",
        "raw",
    ];

    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        self.parts(&mut found);
        for (nth, item) in self.batch.iter().flatten().enumerate() {
            found.extend(item.check().into_iter().map(|finding| finding.under(nth).under("batch")));
        }
        if self.batch.as_ref().is_some_and(Vec::is_empty) {
            found.push(empty(
                ["batch".into()],
                text!("a batch of nothing"),
                text!("write what it holds, e.g. [{{text: …}}]"),
            ));
        }
        let forward = self.forward.as_ref();
        if forward.is_some_and(|forward| forward.flags.is_empty()) {
            let help = text!("name the messages: {{flag, type, time, index}} of each");
            found.push(empty(["forward".into(), "flags".into()], text!("a forward of nothing"), help));
        }
        if let Some(raw) = &self.raw {
            let has_type = |(name, value): (&String, &Value)| {
                name.eq_ignore_ascii_case("MsgType")
                    && value.as_str().is_some_and(|word| !word.trim().is_empty())
            };
            if !raw.0.iter().any(has_type) {
                let help = text!("the vendor tells messages apart by it; write e.g. MsgType: text");
                found.push(Finding::error(
                    Code::MissingKey,
                    ["raw".into()],
                    text!("`MsgType` is missing"),
                    help,
                ));
            }
            found.extend(addressed(raw, "raw"));
        }
        found.extend(self.extra.iter().flat_map(|extra| addressed(extra, "extra")));
        found
    }
}

impl Item {
    /// What is wrong with the forms that may stand in a batch as well, and with blank words.
    fn parts(&self, found: &mut Vec<Finding>) {
        blanks(&Own::of(self), found);
        if let Some(video) = &self.video {
            found.extend(suffixed(&video.url, &video.format, "video"));
        }
        found.extend(self.file.iter().filter_map(File::unnamed));
    }
}

impl BatchItem {
    fn check(&self) -> Vec<Finding> {
        let plain = Own::of(self);
        if plain.forms().count() != 1 {
            let forms: Vec<_> = PARTS.iter().map(|form| format!("`{form}`")).collect();
            let message = text!("one of a batch is exactly one of {forms}", forms = forms.join(", "));
            let help = text!("keep one of them; write an entry for each");
            return vec![Finding::error(Code::NotExactlyOne, [], message, help)];
        }
        let mut found = vec![];
        blanks(&plain, &mut found);
        if let Some(image) = &self.image {
            found.extend(suffixed(&image.url, &image.format, "image"));
        }
        if let Some(video) = &self.video {
            found.extend(suffixed(&video.url, &video.format, "video"));
        }
        found.extend(self.file.iter().filter_map(File::unnamed));
        found.extend(self.extra.iter().flat_map(|extra| addressed(extra, "extra")));
        found
    }
}

impl File {
    fn unnamed(&self) -> Option<Finding> {
        let named =
            self.title.rsplit_once('.').is_some_and(|(stem, suffix)| !stem.is_empty() && !suffix.is_empty());
        let help = text!("write the file's whole name, e.g. 菜单.pdf (source: the document wants it 带后缀)");
        let path = ["file".into(), "title".into()];
        let message = text!("the file's name `{title}` has no suffix", title = self.title);
        // That it is empty has been said.
        (!named && !self.title.trim().is_empty()).then(|| Finding::error(Code::BadValue, path, message, help))
    }
}

/// An address must end in its file's suffix. The document does not say whether a query may stand behind it, so none
/// may: what the vendor can't send it drops without a word to us.
fn suffixed(url: &str, format: &str, form: &str) -> Option<Finding> {
    let ending = format!(".{}", format.trim().trim_start_matches('.')).to_lowercase();
    if url.trim().is_empty() || ending == "." || url.to_lowercase().ends_with(&ending) {
        return None;
    }
    let help = text!(
        "the vendor sends nothing else (source: 需带上文件的后缀才能成功发送); behind a query, write the suffix at its end, \
        e.g. ?token=…&name=.mp4"
    );
    let message = text!("the address of the {form} does not end in `{ending}`", form, ending);
    Some(Finding::error(Code::Spoilt, [form.into(), "url".into()], message, help))
}

/// Words that say nothing.
fn blanks(item: &Own, found: &mut Vec<Finding>) {
    for (form, value) in item.0.iter().filter(|(form, _)| !matches!(form.as_str(), "raw" | "extra" | "batch"))
    {
        walk(value, &mut vec![form.as_str().into()], &mut |path, value| {
            if value.as_str().is_some_and(|text| text.trim().is_empty()) {
                let help = text!("write what the vendor is to get, or leave out what may be left out");
                found.push(empty(path.iter().cloned(), text!("a field that says nothing"), help));
            }
        });
    }
}

/// Fields that say from whom or to whom. They are refused at any depth: where the vendor looks for them in a message,
/// nobody has published.
fn addressed(raw: &Raw, under: &str) -> Vec<Finding> {
    let mut found = vec![];
    for (name, value) in &raw.0 {
        walk(value, &mut vec![under.into(), name.as_str().into()], &mut |path, _| {
            let Some(Step::Key(name)) = path.last() else { return };
            if ADDRESS.iter().any(|field| name.trim().eq_ignore_ascii_case(field)) {
                let message = text!("`{name}` is not a message's to say", name);
                let help = text!("take it out; from whom and to whom a message goes stands in the audience");
                found.push(Finding::error(Code::BadValue, path.iter().cloned(), message, help));
            }
        });
    }
    found
}

/// Shows a value and whatever it holds, each with the way to it.
fn walk(value: &Value, path: &mut Vec<Step>, see: &mut impl FnMut(&[Step], &Value)) {
    see(path, value);
    let mut inside = |step: Step, value: &Value| {
        path.push(step);
        walk(value, path, see);
        path.pop();
    };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| inside(name.as_str().into(), value));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(nth, value)| inside(nth.into(), value)),
        _ => {}
    }
}

fn empty(path: impl IntoIterator<Item = Step>, message: Text, help: Text) -> Finding {
    Finding::error(Code::CannotBeEmpty, path, message, help)
}
