//! What the vendor refuses of materials: endings and sizes of files, lengths of texts.

use crate::words::Text;
use serde_json::Value;

use super::{LINK, NAME, TEXT, four_bytes, too_long};
use crate::model::{Asset, Finding, Step, size};
use crate::problem::Code;
use crate::text;

/// Articles in one news.
const ARTICLES: std::ops::RangeInclusive<usize> = 1..=8;
/// Characters of an article's digest.
const DIGEST: usize = 500;

/// What a file of one sort must be like.
struct Sort {
    what: Text,
    endings: &'static [&'static str],
    /// Bytes.
    most: u64,
    /// What such a file begins with.
    begins: Text,
    /// Characters that a name must not have.
    unfit: &'static [char],
}

/// An upload's form sends these as `_`, so the file would go by another name than it has.
const NOT_IN_A_FORM: &[char] = &['"', '\\'];
/// Its address is all that the vendor tells of such a file, and it holds the name as it is: with these it is another
/// address, or none.
const NOT_IN_AN_ADDRESS: &[char] = &['"', '\\', '%', '?', '#'];

const IMAGE: Sort = Sort {
    what: text!("an image"),
    endings: &[".jpg"],
    most: 1 << 20,
    begins: text!("a JPEG picture"),
    unfit: NOT_IN_A_FORM,
};
const COVER: Sort = Sort {
    what: text!("a cover"),
    endings: &[".jpg"],
    most: 1 << 20,
    begins: text!("a JPEG picture"),
    unfit: NOT_IN_AN_ADDRESS,
};
const VOICE: Sort = Sort {
    what: text!("a voice"),
    endings: &[".mp3", ".amr"],
    most: 2 << 20,
    begins: text!("MP3 or AMR"),
    unfit: NOT_IN_A_FORM,
};
const VIDEO: Sort = Sort {
    what: text!("a video"),
    endings: &[".mp4"],
    most: 10 << 20,
    begins: text!("MP4"),
    unfit: NOT_IN_AN_ADDRESS,
};

pub(super) fn material(body: &Value, found: &mut Vec<Finding>) {
    for (field, sort) in [("image", &IMAGE), ("voice", &VOICE), ("video", &VIDEO)] {
        file(&body[field], sort, &[field.into()], found);
    }
    text(body, "title", NAME, text!("the title"), &[], found);
    text(body, "description", TEXT, text!("the description"), &[], found);
    let Some(articles) = body["news"].as_array() else { return };
    if !ARTICLES.contains(&articles.len()) {
        found.push(Finding::error(
            Code::NewsSize,
            ["news".into()],
            text!("news of {articles} articles", articles = articles.len()),
            text!("WeChat takes 1 to 8 (source: WeChat's material/add_news)"),
        ));
    }
    for (nth, article) in articles.iter().enumerate() {
        let at = [Step::from("news"), nth.into()];
        let cover = [at[0].clone(), at[1].clone(), "cover".into()];
        file(&article["cover"], &COVER, &cover, found);
        text(article, "title", NAME, text!("the title"), &at, found);
        text(article, "author", NAME, text!("the author"), &at, found);
        text(article, "digest", DIGEST, text!("the digest"), &at, found);
        text(article, "source_url", LINK, text!("the link"), &at, found);
        text(article, "content", usize::MAX, text!("the content"), &at, found);
    }
}

fn text(body: &Value, field: &str, most: usize, what: Text, at: &[Step], found: &mut Vec<Finding>) {
    let Some(text) = body[field].as_str() else { return };
    let mut path = at.to_vec();
    path.push(field.into());
    too_long(text, most, Code::TextTooLong, &path, what, found);
    four_bytes(text, &path, found);
}

fn file(body: &Value, sort: &Sort, path: &[Step], found: &mut Vec<Finding>) {
    let Ok(asset) = serde_json::from_value::<Asset>(body.clone()) else { return };
    // What could not be read has been reported.
    if asset.sha256.is_empty() {
        return;
    }
    let name = asset.name().to_lowercase();
    if !sort.endings.iter().any(|ending| name.ends_with(ending)) {
        found.push(Finding::error(
            Code::FileKind,
            path.iter().cloned(),
            text!("`{name}` is not {what}", name = asset.name(), what = sort.what),
            text!("it must be {begins} and its name end in {endings} (source: the vendor refuses other names with code 415)", begins = sort.begins, endings = Text::joined(sort.endings.iter().copied().map(Text::verbatim), " or ")),
        ));
    }
    if let Some(unfit) = asset.name().chars().find(|one| one.is_control() || sort.unfit.contains(one)) {
        found.push(Finding::error(
            Code::FileKind,
            path.iter().cloned(),
            text!("the name of {what} can't have `{unfit}`", what = sort.what, unfit = unfit.escape_debug()),
            text!("give the file another name (source: the vendor keeps the name as it is in the file's address)"),
        ));
    }
    if asset.size == 0 || asset.size > sort.most {
        let message = match asset.size {
            0 => text!("`{name}` is empty", name = asset.name()),
            bytes => text!("`{name}` has {bytes}", name = asset.name(), bytes = size(bytes)),
        };
        found.push(Finding::error(
            Code::FileSize,
            path.iter().cloned(),
            message,
            text!(
                "{what} has at most {most} (source: the vendor refuses larger ones with code 413)",
                what = sort.what,
                most = size(sort.most)
            ),
        ));
    }
    too_long(asset.name(), NAME, Code::NameTooLong, path, text!("the file's name"), found);
    four_bytes(asset.name(), path, found);
}
