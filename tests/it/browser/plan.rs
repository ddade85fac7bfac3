//! The plan as a list: filtered, searched, linked to.

use serde_json::json;

use super::{Browser, DESK, open, page_of};
use crate::world::World;

#[test]
fn it_is_filtered_by_action_kind_and_words_with_counts() {
    let Some((_world, browser)) = open(DESK) else { return };
    let addresses = || browser.texts(".entry h3 .address");
    assert_eq!(
        addresses(),
        [
            "shop/reply/subscribe",
            "shop/keyword/时间",
            "shop/keyword/停车",
            "shop/keyword/路线",
            "shop/menu/新品/客服",
            "shop/menu/新品/海报",
            "shop/menu/关于",
            "shop/menu",
            "shop/keyword/地址"
        ]
    );
    assert_eq!(
        browser.texts(".chips button"),
        ["+ create 2", "~ update 5", "− delete 2", "= unchanged 4", "? unmanaged 1"]
    );
    let marked = |tag: &str| browser.texts(&format!("#shop\\/keyword\\/时间 {tag}")).concat();
    assert_eq!((marked("del"), marked("ins")), ("was:\n九".to_owned(), "becomes:\n八".to_owned()));
    browser.click(".chips .update");
    browser.click(".chips .delete");
    assert_eq!(addresses(), ["shop/keyword/停车", "shop/menu/新品/海报"]);
    assert_eq!(browser.texts(".plan [role=status]"), ["2 of 14 shown"]);
    let choose = "const select = document.getElementById('filter-kind'); select.value = 'keyword'; select.dispatchEvent(new Event('change'))";
    browser.js(choose);
    assert_eq!(addresses(), ["shop/keyword/停车"]);
    assert_eq!(browser.texts(".chips button")[1], "~ update 2", "counted within the kind");
    browser.type_into(".filters input", "没有这个");
    assert_eq!(browser.texts(".plan [role=status]"), ["Nothing fits these filters."]);
    browser.click(".filters > button");
    browser.type_into(".filters input", "地下二层");
    assert_eq!(addresses(), ["shop/keyword/停车"], "a search finds what stands in a reply");
    browser.click(".filters > button");
    browser.click(".chips .unmanaged");
    assert!(addresses().contains(&"shop/keyword/旧".to_owned()));
    browser.close();
}

#[test]
fn an_address_leads_to_its_change() {
    let (world, page) = super::shop();
    let Some(browser) = Browser::open(&page, DESK) else { return };
    browser.type_into(".filters input", "nothing like it");
    browser.js("location.hash = '#shop/keyword/%E6%97%B6%E9%97%B4'");
    assert_eq!(
        browser.js("return document.activeElement.id"),
        "shop/keyword/时间",
        "shown although it was filtered out"
    );
    browser.go("about:blank");
    browser.go(&format!("file://{}#shop/keyword/旧", page.display()));
    assert_eq!(
        browser.js("return document.activeElement.id"),
        "shop/keyword/旧",
        "what stays as it is can be linked to as well"
    );
    assert_eq!(
        browser.js("return document.querySelector('.entry.create .here').getAttribute('href')"),
        "#shop/keyword/停车"
    );
    drop(world);
    browser.close();
}

/// A page of a plan that is refused, since it would delete all twelve rules.
fn refused() -> World {
    let world = World::empty();
    let rules: String =
        (1..=12).map(|nth| format!("  r{nth}: {{match: [词{nth}], reply: {{text: 答}}}}\n")).collect();
    world.shop(&format!("keywords:\n{rules}"));
    world.apply();
    world.shop("keywords: {}\n");
    world.run("preview -o page.html").expect_code(1);
    world
}

#[test]
fn a_refused_plan_says_so_first() {
    let world = refused();
    let Some(browser) = Browser::open(&world.path("page.html"), DESK) else { return };
    let first = browser.js("return document.querySelector('main').firstElementChild.innerText");
    let first = first.as_str().expect("a text");
    assert!(
        first.starts_with("This plan is refused.")
            && first.contains("MP060")
            && first.contains("--allow-deletes"),
        "{first}"
    );
    assert!(
        browser
            .js("return document.querySelector('.alarm').getBoundingClientRect().bottom < innerHeight")
            .as_bool()
            .expect("yes or no")
    );
    browser.close();
}

#[test]
fn of_ten_thousand_rules_only_those_in_sight_are_drawn() {
    let world = World::empty();
    let rules: String = (0..10_000)
        .map(|nth| format!("  规则{nth}: {{match: [词{nth}], reply: {{text: 每天 {nth} 点到九点}}}}\n"))
        .collect();
    world.shop(&format!("keywords:\n{rules}"));
    let page = page_of(&world);
    let Some(browser) = Browser::open(&page, DESK) else { return };
    assert_eq!(browser.texts(".plan [role=status]"), ["10000 of 10000 shown"]);
    assert!(browser.count(".entry") < 500, "only those are drawn that are in sight");
    browser.js_with(
        "const input = document.querySelector('.filters input'); input.value = arguments[0]; input.dispatchEvent(new Event('input'))",
        json!(["规则7777"]),
    );
    assert_eq!(browser.texts(".entry h3 .address"), ["shop/keyword/规则7777"]);
    browser.js("location.hash = '#shop/keyword/规则9999'");
    assert_eq!(browser.js("return document.activeElement.id"), "shop/keyword/规则9999");
    browser.close();
}

#[test]
fn what_mpform_says_of_the_plan_follows_the_language() {
    let world = refused();
    let page = world.path("page.html");
    // Words of its own, whatever the translations say.
    let whole = std::fs::read_to_string(&page).expect("a page");
    let (front, rest) = whole.split_once("id=\"data\">").expect("a block");
    let (data, behind) = rest.split_once("</script>").expect("ends");
    let mut data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    data["refusals"][0]["message"] = json!({"en": "too many go", "zh": "删除太多"});
    data["refusals"][0]["help"] = json!({"en": "the same in both"});
    data["changes"][0]["notes"] = json!([{"en": "a note", "zh": "一条备注"}]);
    let data = data.to_string().replace('<', "\\u003c");
    std::fs::write(&page, format!("{front}id=\"data\">{data}</script>{behind}")).expect("writes");
    let Some(browser) = Browser::open(&page, DESK) else { return };
    let said = || [browser.texts(".alarm").concat(), browser.texts(".notes").concat()];
    let [alarm, notes] = said();
    assert!(alarm.contains("too many go") && alarm.contains("the same in both"), "{alarm}");
    assert_eq!(notes, "a note");
    browser.click("#language");
    let [alarm, notes] = said();
    assert!(alarm.contains("删除太多") && alarm.contains("the same in both"), "{alarm}");
    assert!(!alarm.contains("too many go"), "{alarm}");
    assert_eq!(notes, "一条备注");
    // Whoever reads one language may search in the other; how it is kept is no word of it.
    browser.type_into(".filters input", "a note");
    assert_eq!(browser.count(".entry"), 1);
    browser.type_into(".filters input", "\"en\"");
    assert_eq!(browser.count(".entry"), 0);
    browser.close();
}
