use super::*;

struct Disk;
impl Files for Disk {
    fn text(&self, name: &str) -> Result<String, Finding> {
        Ok(format!("<p>{name}</p>"))
    }

    fn file(&self, name: &str) -> Result<Asset, Finding> {
        Ok(Asset {
            file: format!("accounts/{name}"),
            sha256: format!("digest of {name}"),
            size: 3,
            ..Asset::default()
        })
    }
}

fn article(title: &str) -> Article {
    Article {
        title: Some(title.into()),
        cover: Some(Asset::named("cover.jpg")),
        content_file: Some("spring.html".into()),
        ..Article::default()
    }
}

fn news(articles: Vec<Article>) -> Material {
    let mut news = Material { news: Some(articles), ..Material::default() };
    assert!(news.fill("spring", &Disk).is_empty());
    news
}

#[test]
fn files_are_known_by_their_bytes_and_texts_are_read() {
    let filled = news(vec![article("春季上新")]);
    let article = &filled.news.as_ref().expect("news")[0];
    assert_eq!(article.content.as_deref(), Some("<p>spring.html</p>"));
    assert_eq!(article.cover.as_ref().map(|cover| cover.file.as_str()), Some("accounts/cover.jpg"));
    assert_eq!(filled.natural("spring"), "春季上新");
    let mut poster = Material { image: Some(Asset::named("assets/poster.jpg")), ..Material::default() };
    assert!(poster.fill("poster", &Disk).is_empty() && poster.check().is_empty());
    assert_eq!(poster.natural("poster"), "poster.jpg");
}

#[test]
fn one_form_is_right_and_a_title_belongs_to_a_video() {
    let image = Material { image: Some(Asset::named("a.jpg")), ..Material::default() };
    assert!(image.check().is_empty());
    let both = Material { voice: Some(Asset::named("a.mp3")), ..image.clone() };
    assert_eq!(both.check()[0].code, Code::NotExactlyOne);
    assert_eq!(Material::default().check()[0].code, Code::NotExactlyOne);
    let titled = Material { title: Some("探店".into()), ..image };
    assert_eq!(titled.check()[0].path, ["title".into()]);
}

#[test]
fn an_article_wants_title_cover_and_content() {
    let bare = Material { news: Some(vec![Article::default()]), ..Material::default() };
    let found = bare.check();
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|finding| finding.path == ["news".into(), 0.into()]));
}

#[test]
fn a_mapping_is_no_path() {
    let mut image = Material {
        image: Some(Asset { file: "a.jpg".into(), sha256: "ab".into(), size: 1, ..Asset::default() }),
        ..Material::default()
    };
    assert_eq!(image.fill("a", &Disk)[0].code, Code::WrongType);
}

#[test]
fn what_an_article_leaves_out_stays_with_the_article_of_that_title() {
    let mut have = news(vec![article("春季上新"), article("夏季上新")]);
    for (nth, article) in have.news.iter_mut().flatten().enumerate() {
        article.author = Some(format!("作者{nth}"));
    }
    // One comes in front, one is renamed.
    let mut want = news(vec![article("头条"), article("春季上新"), article("夏日上新")]);
    want.lay_over(&have);
    let authors = |news: &Material| {
        news.news.iter().flatten().map(|article| article.author.clone()).collect::<Vec<_>>()
    };
    assert_eq!(authors(&want), [None, Some("作者0".to_owned()), None]);
    let mut renamed = news(vec![article("春季上新"), article("夏日上新")]);
    renamed.lay_over(&have);
    assert_eq!(authors(&renamed), [Some("作者0".to_owned()), Some("作者1".to_owned())]);
}

#[test]
fn content_tells_what_the_name_does_not() {
    let one = news(vec![article("春季上新")]);
    assert!(one.same_content(&one.clone()));
    let mut other = one.clone();
    other.news.as_mut().expect("news")[0].content = Some("别的".into());
    assert!(!one.same_content(&other));
    let mut image = Material { image: Some(Asset::named("a.jpg")), ..Material::default() };
    assert!(image.fill("a", &Disk).is_empty());
    assert!(image.same_content(&image.clone()) && !image.same_content(&one));
}
