//! One article of news (图文).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read;
use crate::model::{Asset, Files, Finding};
use crate::problem::Code;
use crate::text;
use crate::words::Text;

/// One article of news.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("required" = ["title", "cover"]))]
pub struct Article {
    /// Its title. 标题
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"春季上新")]
    pub title: Option<String>,
    /// Who wrote it. 作者
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"店长")]
    pub author: Option<String>,
    /// Its picture, by the path of the file. 封面
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Asset", example = &"assets/cover.jpg")]
    pub cover: Option<Asset>,
    /// Whether the picture also stands over the text; default: false. 正文显示封面
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub show_cover: Option<bool>,
    /// What stands below the title in a chat; default: nothing. 摘要
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"全场八折")]
    pub digest: Option<String>,
    /// The text, as HTML. 正文
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"<p>春天来了</p>")]
    pub content: Option<String>,
    /// The text from an HTML file instead. 正文文件
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"spring.html")]
    pub content_file: Option<String>,
    /// What "read the original" opens. 原文链接
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"https://m.example.com/spring")]
    pub source_url: Option<String>,
}

impl Article {
    /// Puts in what stands in files.
    pub(super) fn fill(&mut self, files: &dyn Files) -> Vec<Finding> {
        let mut found = vec![];
        if let Some(cover) = &mut self.cover {
            found.extend(read(cover, files).map(|finding| finding.under("cover")));
        }
        if let Some(file) = self.content_file.take() {
            if self.content.is_some() {
                found.push(Finding::error(
                    Code::NotExactlyOne,
                    ["content_file".into()],
                    text!("both `content` and `content_file`"),
                    text!("write the text in one of the two"),
                ));
            }
            match files.text(&file) {
                Ok(text) => self.content = Some(text),
                Err(finding) => found.push(finding.under("content_file")),
            }
        }
        found
    }

    pub(super) fn check(&self) -> Vec<Finding> {
        let missing = |key: &str, help: Text| {
            Finding::error(Code::MissingKey, [], text!("the key `{key}` is missing", key), help)
        };
        let mut found = vec![];
        if self.title.is_none() {
            found.push(missing("title", text!("add `title: …`; it is what a chat shows")));
        }
        if self.title.as_deref().is_some_and(|title| title.trim().is_empty()) {
            let help = text!("write what a chat is to show");
            found.push(Finding::error(Code::EmptyName, ["title".into()], text!("an empty title"), help));
        }
        if self.cover.is_none() {
            found.push(missing("cover", text!("add `cover: …`, the path of its picture")));
        }
        if self.content.is_none() {
            found.push(missing("content", text!("add `content: …` or `content_file: …`, its text as HTML")));
        }
        found
    }

    pub(super) fn same_content(&self, have: &Self) -> bool {
        fn same<T: PartialEq>(want: &Option<T>, have: &Option<T>) -> bool {
            want.is_none() || want == have
        }
        let cover =
            self.cover.as_ref().is_none_or(|want| have.cover.as_ref().is_some_and(|have| want.same(have)));
        cover
            && same(&self.title, &have.title)
            && same(&self.author, &have.author)
            && same(&self.show_cover, &have.show_cover)
            && same(&self.digest, &have.digest)
            && same(&self.content, &have.content)
            && same(&self.source_url, &have.source_url)
    }

    /// Takes from a live one what is left to it.
    fn over(&mut self, have: &Self) {
        fn keep<T: Clone>(want: &mut Option<T>, have: &Option<T>) {
            if want.is_none() {
                want.clone_from(have);
            }
        }
        keep(&mut self.author, &have.author);
        keep(&mut self.show_cover, &have.show_cover);
        keep(&mut self.digest, &have.digest);
        keep(&mut self.source_url, &have.source_url);
        if let Some(cover) = &mut self.cover {
            cover.lay_over(have.cover.as_ref());
        }
    }
}

/// Which live article an article is shows in its title; where only the titles changed, in its place.
pub(super) fn lay_over(want: &mut [Article], have: &[Article]) {
    let same_length = want.len() == have.len();
    let titles: Vec<_> = want.iter().map(|article| article.title.clone()).collect();
    let mut taken = vec![false; have.len()];
    for (nth, article) in want.iter_mut().enumerate() {
        let titled = (0..have.len()).find(|live| !taken[*live] && have[*live].title == article.title);
        let in_place = same_length && !titles.contains(&have[nth].title);
        let live = titled.or_else(|| in_place.then_some(nth));
        if let Some(live) = live.filter(|live| !taken[*live]) {
            taken[live] = true;
            article.over(&have[live]);
        }
    }
}
