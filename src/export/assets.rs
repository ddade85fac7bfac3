//! What of a body goes into files of its own: the vendor's files under the names by which they are found again, and long
//! texts.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::File;
use super::keys::Keys;
use super::saved::{Saved, files_of, read};
use crate::model::{Asset, KindInfo};
use crate::text;
use crate::words::Text;

/// Characters of a text that stands in the line of its key.
const SHORT: usize = 60;
/// Bytes of a file's name that every file system holds.
const LONGEST: usize = 255;

/// Files beside the documents of an account.
#[derive(Debug, Default)]
pub(super) struct Assets {
    pub(super) files: Vec<File>,
    /// Paths that are given, as a file system sees them to which capital letters don't count.
    taken: HashSet<String>,
    /// Paths by the fingerprint of what lies there.
    known: HashMap<String, String>,
    /// Names of texts that are given.
    pub(super) names: Keys,
}

impl Assets {
    /// Lays the files of a body out, and names them in it.
    pub(super) fn lay_out(&mut self, account: &str, info: &KindInfo, body: &mut Value, saved: &Saved) {
        for (file, is_all) in files_of(body, info) {
            let asset = read(file);
            // By its name a live file is found; what only lies inside another object may be called anything.
            let path = match self.known.get(&asset.sha256).filter(|_| !is_all) {
                Some(path) => path.clone(),
                None => {
                    let from = asset.at.as_deref().and_then(|at| saved.path(at)).unwrap_or_default();
                    self.lay(account, &asset, from)
                }
            };
            *file = path.into();
        }
    }

    fn lay(&mut self, account: &str, asset: &Asset, from: PathBuf) -> String {
        let name = safe(&asset.file);
        let mut path = format!("assets/{name}");
        let mut nth = 2;
        while !self.taken.insert(path.to_lowercase()) {
            path = format!("assets/{nth}/{name}");
            nth += 1;
        }
        self.known.insert(asset.sha256.clone(), path.clone());
        self.files.push(File::copy(format!("{account}/{path}"), from));
        path
    }

    /// Puts what articles say into files, where it is more than a line.
    pub(super) fn long_texts(&mut self, account: &str, key: &str, body: &mut Value) {
        let articles = body.get_mut("news").and_then(Value::as_array_mut);
        for article in articles.into_iter().flatten().filter_map(Value::as_object_mut) {
            let long = |text: &&str| text.contains(['\n', '\r']) || text.chars().count() > SHORT;
            let Some(text) = article.get("content").and_then(Value::as_str).filter(long) else { continue };
            let file = format!("assets/{}", self.names.file(key, "news", "html"));
            // Who reads it takes one mark off.
            let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
            self.files.push(File::text(format!("{account}/{file}"), format!("{mark}{text}")));
            let instead = |(name, value)| match name {
                name if name == "content" => ("content_file".to_owned(), file.as_str().into()),
                name => (name, value),
            };
            *article = std::mem::take(article).into_iter().map(instead).collect::<Map<_, _>>();
        }
    }
}

/// Takes out of a material what says nothing.
pub(super) fn without_defaults(body: &mut Value) {
    let retain = |fields: &mut Map<String, Value>, names: &[&str]| {
        let says = |value: &Value| !matches!(value, Value::Bool(false)) && value != "";
        fields.retain(|name, value| !names.contains(&name.as_str()) || says(value));
    };
    if let Some(fields) = body.as_object_mut() {
        retain(fields, &["title", "description"]);
    }
    let articles = body.get_mut("news").and_then(Value::as_array_mut);
    for article in articles.into_iter().flatten().filter_map(Value::as_object_mut) {
        retain(article, &["author", "show_cover", "digest", "source_url"]);
    }
}

/// The files of a body as a person reads them, where they are not written.
pub(super) fn shown(body: &mut Value, info: &KindInfo) {
    for (file, _) in files_of(body, info) {
        *file = Asset::shown(file);
    }
}

/// What a body is called when it is given a key: its title, its file without the ending, or its first
/// article.
pub(super) fn called(body: &Value, info: &KindInfo, natural: &str) -> String {
    if let Some(title) = body["title"].as_str().filter(|title| !title.trim().is_empty()) {
        return title.to_owned();
    }
    if let Some((file, _)) = files_of(&mut body.clone(), info).into_iter().find(|(_, is_all)| *is_all) {
        let name = read(file).file;
        return name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned();
    }
    body["news"][0]["title"].as_str().unwrap_or(natural).to_owned()
}

/// The fingerprints of a body's files.
pub(super) fn fingerprints(body: &Value, info: &KindInfo) -> Vec<String> {
    files_of(&mut body.clone(), info).into_iter().map(|(file, _)| read(file).sha256).collect()
}

/// Why an object can't be declared, as far as its files go.
pub(super) fn unfit(body: &Value, info: &KindInfo) -> Option<Text> {
    files_of(&mut body.clone(), info).into_iter().find_map(|(file, is_all)| {
        let asset = read(file);
        if asset.sha256.is_empty() {
            return Some(text!("the vendor lists `{file}` and has no such file any more", file = asset.file));
        }
        (is_all && safe(&asset.file) != asset.file).then(|| {
            text!(
                "`{file}` can't be the name of a file, and by another name it is not found again",
                file = asset.file
            )
        })
    })
}

/// A name that a file can have in any folder.
fn safe(name: &str) -> String {
    let fits = |c: char| {
        let is_wild = cfg!(windows) && "<>:\"|?*".contains(c);
        !c.is_control() && !matches!(c, '/' | '\\') && !is_wild
    };
    let mut safe: String = name.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    while safe.len() > LONGEST {
        // The ending stays.
        safe.remove(0);
    }
    match safe.trim_matches(['.', ' ']) {
        "" => "file".to_owned(),
        _ if cfg!(windows) && is_reserved(&safe) => format!("-{}", safe.trim_end_matches(['.', ' '])),
        _ => safe,
    }
}

/// What Windows takes for a device whatever its ending, or shortens.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered =
        |word: &str| stem.strip_prefix(word).is_some_and(|number| number.len() == 1 && number > "0");
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || numbered("COM")
        || numbered("LPT")
        || name.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::kind_named;

    fn info() -> &'static KindInfo {
        kind_named("material").expect("a kind")
    }

    fn file(name: &str, digest: &str) -> Value {
        json!({"file": name, "sha256": digest, "size": 1, "at": digest})
    }

    #[test]
    fn a_file_keeps_its_name_and_a_cover_may_lie_anywhere() {
        let saved = Saved::new().expect("a folder");
        let mut assets = Assets::default();
        let mut lay_out = |mut body: Value| {
            assets.lay_out("a", info(), &mut body, &saved);
            body
        };
        assert_eq!(lay_out(json!({"image": file("海 报.jpg", "1")}))["image"], "assets/海 报.jpg");
        assert_eq!(lay_out(json!({"image": file("海 报.jpg", "2")}))["image"], "assets/2/海 报.jpg");
        assert_eq!(lay_out(json!({"image": file("A.jpg", "3")}))["image"], "assets/A.jpg");
        assert_eq!(lay_out(json!({"image": file("a.JPG", "3")}))["image"], "assets/2/a.JPG");
        let covers = json!({"news": [{"cover": file("a/../c.jpg", "4")}, {"cover": file("else.jpg", "1")}]});
        let covers = lay_out(covers);
        assert_eq!(covers["news"][0]["cover"], "assets/a-..-c.jpg");
        assert_eq!(covers["news"][1]["cover"], "assets/海 报.jpg");
        assert_eq!(assets.files.len(), 5);
    }

    #[test]
    fn no_name_leads_elsewhere() {
        for (name, safe_name) in [
            ("../a.jpg", "..-a.jpg"),
            ("..", "file"),
            ("", "file"),
            ("a\nb.jpg", "a-b.jpg"),
            ("a.jpg", "a.jpg"),
        ] {
            assert_eq!(safe(name), safe_name);
        }
        let long = safe(&format!("{}.jpg", "长".repeat(100)));
        assert!(long.len() <= LONGEST && long.ends_with("长.jpg"), "{long}");
    }

    #[test]
    fn names_of_devices_are_known() {
        for name in ["con", "NUL.jpg", "com1.mp3", "Lpt9 .x", "a.jpg.", "a "] {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["console.jpg", "com.jpg", "com10", "a.con", "海报.jpg"] {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn a_material_is_called_what_a_person_would_call_it() {
        let called = |body: Value| called(&body, info(), "natural");
        assert_eq!(called(json!({"image": file("a.b.jpg", "1")})), "a.b");
        assert_eq!(called(json!({"video": file("v.mp4", "1"), "title": " "})), "v");
        assert_eq!(called(json!({"video": file("v.mp4", "1"), "title": "探店"})), "探店");
        assert_eq!(called(json!({"news": [{"title": "头条"}, {"title": "二条"}]})), "头条");
        assert_eq!(called(json!({})), "natural");
    }

    #[test]
    fn what_says_nothing_is_left_out_and_content_never() {
        let mut body = json!({"news": [{"title": "", "author": "", "show_cover": false, "content": ""}]});
        without_defaults(&mut body);
        assert_eq!(body, json!({"news": [{"title": "", "content": ""}]}));
        let mut video = json!({"video": file("v.mp4", "1"), "title": "", "description": "三分钟"});
        without_defaults(&mut video);
        assert_eq!(video, json!({"video": file("v.mp4", "1"), "description": "三分钟"}));
    }

    #[test]
    fn files_that_no_project_can_hold_are_found() {
        let unfit = |body: Value| unfit(&body, info());
        assert_eq!(unfit(json!({"image": file("a.jpg", "1")})), None);
        assert!(unfit(json!({"image": file("a.jpg", "")})).is_some());
        assert!(unfit(json!({"image": file("a/b.jpg", "1")})).is_some());
        assert_eq!(unfit(json!({"news": [{"cover": file("a/b.jpg", "1")}]})), None);
    }
}
