//! A material (素材): an image, a voice, a video or news, which replies, menu buttons and mass messages show.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reply::listed;
use super::{Kind, Shape};
use crate::model::{Asset, Files, Finding, Rule, Rules};
use crate::problem::Code;
use crate::text;

mod article;

pub use article::Article;

/// A material: exactly one of `image`, `voice`, `video` and `news`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(description = "A material: exactly one of `image`, `voice`, `video` and `news`. 素材", extend("minProperties" = 1))]
pub struct Material {
    /// A picture, by the path of its file. 图片
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Asset", example = &"assets/poster.jpg")]
    pub image: Option<Asset>,
    /// A sound, by the path of its file. 语音
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Asset", example = &"assets/jingle.mp3")]
    pub voice: Option<Asset>,
    /// A film, by the path of its file. 视频
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Asset", example = &"assets/tour.mp4")]
    pub video: Option<Asset>,
    /// What stands over the film. 视频标题
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"探店")]
    pub title: Option<String>,
    /// What stands below the film. 视频描述
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"三分钟逛完")]
    pub description: Option<String>,
    /// Articles with pictures: one, or several below each other. 图文
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Article>")]
    pub news: Option<Vec<Article>>,
}

/// The forms of a material. An object of one form never becomes one of another.
const FORMS: &[&str] = &["image", "voice", "video", "news"];
/// Fields of a film only.
const OF_A_VIDEO: [&str; 2] = ["title", "description"];

impl Material {
    /// Its file, with the form it is of; nothing for news.
    pub fn file(&self) -> Option<(&'static str, &Asset)> {
        let files = [("image", &self.image), ("voice", &self.voice), ("video", &self.video)];
        files.into_iter().find_map(|(form, file)| Some((form, file.as_ref()?)))
    }

    fn files_mut(&mut self) -> impl Iterator<Item = (&'static str, &mut Asset)> {
        let files = [("image", &mut self.image), ("voice", &mut self.voice), ("video", &mut self.video)];
        files.into_iter().filter_map(|(form, file)| Some((form, file.as_mut()?)))
    }

    fn forms(&self) -> usize {
        let files = [&self.image, &self.voice, &self.video];
        files.into_iter().flatten().count() + usize::from(self.news.is_some())
    }

    /// News by what a list shows of them: the titles.
    pub fn titled<'a>(titles: impl IntoIterator<Item = &'a str>) -> String {
        titles.into_iter().collect::<Vec<_>>().join(" / ")
    }
}

impl Kind for Material {
    const LAY_OVER: Option<fn(&mut Self, &Self)> = Some(Self::lay_over);
    const NAME: &'static str = "material";
    const SECTION: &'static str = "materials";
    const SHAPE: Shape = Shape::Map;
    const RULES: Rules = Rules(&[
        ("", Rule::OneOf(FORMS)),
        ("image", Rule::File { replaces: true }),
        ("voice", Rule::File { replaces: true }),
        ("video", Rule::File { replaces: true }),
        ("news", Rule::Items),
        ("news[].cover", Rule::File { replaces: false }),
    ]);
    const BY_CONTENT: bool = true;

    fn fill(&mut self, _: &str, files: &dyn Files) -> Vec<Finding> {
        let mut found = vec![];
        for (form, asset) in self.files_mut() {
            found.extend(read(asset, files).map(|finding| finding.under(form)));
        }
        for (nth, article) in self.news.iter_mut().flatten().enumerate() {
            found.extend(article.fill(files).into_iter().map(|finding| finding.under(nth).under("news")));
        }
        found
    }

    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        if self.forms() != 1 {
            found.push(Finding::error(
                Code::NotExactlyOne,
                [],
                text!("a material is exactly one of {forms}", forms = listed(FORMS)),
                text!("declare each in an entry of its own, e.g. poster: {{image: assets/poster.jpg}}"),
            ));
        } else if self.video.is_none() {
            let written = OF_A_VIDEO.into_iter().zip([&self.title, &self.description]);
            found.extend(written.filter(|(_, text)| text.is_some()).map(|(field, _)| {
                let message = text!("`{field}` of something that is no video", field);
                let help = text!("only a video has it; the articles of news have their titles inside `news`");
                Finding::error(Code::UnknownKey, [field.into()], message, help)
            }));
        }
        for (nth, article) in self.news.iter().flatten().enumerate() {
            found.extend(article.check().into_iter().map(|finding| finding.under(nth).under("news")));
        }
        found
    }

    /// What a vendor's list shows of it: the file's name, or the titles. Whether it really is this one the content
    /// tells.
    fn natural(&self, key: &str) -> String {
        match (self.file(), &self.news) {
            (Some((_, asset)), _) => asset.name().to_owned(),
            (None, Some(news)) => {
                Self::titled(news.iter().map(|article| article.title.as_deref().unwrap_or_default()))
            }
            (None, None) => key.to_owned(),
        }
    }

    fn same_content(&self, have: &Self) -> bool {
        let same = |want: &Option<Asset>, have: &Option<Asset>| match (want, have) {
            (Some(want), Some(have)) => want.same(have),
            (want, have) => want.is_none() && have.is_none(),
        };
        let news = match (&self.news, &have.news) {
            (Some(want), Some(have)) => {
                want.len() == have.len() && want.iter().zip(have).all(|(want, have)| want.same_content(have))
            }
            (want, have) => want.is_none() && have.is_none(),
        };
        same(&self.image, &have.image)
            && same(&self.voice, &have.voice)
            && same(&self.video, &have.video)
            && news
    }

    /// Without what files hold: whoever reads all of it saves them, and no file is to come twice.
    fn everything() -> Option<Self> {
        Some(Self::default())
    }
}

impl Material {
    fn lay_over(&mut self, have: &Self) {
        let files =
            [(&mut self.image, &have.image), (&mut self.voice, &have.voice), (&mut self.video, &have.video)];
        for (want, have) in files {
            if let Some(want) = want {
                want.lay_over(have.as_ref());
            }
        }
        // Another film goes by the words that nobody has put otherwise.
        if self.video.is_some() && have.video.is_some() {
            for (want, have) in [(&mut self.title, &have.title), (&mut self.description, &have.description)] {
                if want.is_none() {
                    want.clone_from(have);
                }
            }
        }
        if let (Some(want), Some(have)) = (&mut self.news, &have.news) {
            article::lay_over(want, have);
        }
    }
}

/// Looks at a file that a configuration names.
fn read(asset: &mut Asset, files: &dyn Files) -> Option<Finding> {
    if !asset.sha256.is_empty() || asset.size > 0 || asset.at.is_some() {
        let help = text!("write e.g. image: assets/poster.jpg");
        return Some(Finding::error(
            Code::WrongType,
            [],
            text!("expected the path of a file, found a mapping"),
            help,
        ));
    }
    match files.file(&asset.file) {
        Ok(known) => {
            *asset = known;
            asset.pretends().map(|what| {
                let message = text!("`{name}` is not {what}", name = asset.name(), what);
                let help = text!("save it as what its name says, or give it the right name (source: the vendor takes it and WeChat refuses it when the first follower is to see it)");
                Finding::warning(Code::FileContent, [], message, help)
            })
        }
        Err(finding) => Some(finding),
    }
}

#[cfg(test)]
mod tests;
