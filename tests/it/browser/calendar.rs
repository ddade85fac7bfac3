//! Recurring messages on their days.

use super::{Browser, DESK, PHONE};
use crate::town::Town;

/// Plans of two vendors, written as a page.
fn town() -> Town {
    let town = Town::new();
    town.write(
        "community.yaml",
        "account: community\nsops:\n  brief:\n    title: 周一花讯\n    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;BYDAY=MO}\n    \
         audience: {groups: [{chat: wr1, owner: \"4516\"}]}\n    steps:\n      - {day: 1, at: \"10:00\", send: [{text: 早上好}]}\n      \
         - {day: 3, at: \"18:30\", send: [{link: {title: 养护, url: \"https://m.example.com/tulip\"}}]}\n",
    );
    town.write(
        "care.yaml",
        "account: care\nsops:\n  call:\n    title: 问候\n    schedule: {start: 2026-11-27}\n    audience: {from: wxid_shop, channel: wechat, friends: [ajie]}\n    \
         steps: [{day: 1, at: \"16:00\", send: [{text: \"</script><b>周末好\"}, {image: {url: \"https://m.example.com/a.jpg\", format: jpg}}]}]\n",
    );
    town.run(&format!("preview -o {}", page(&town).display())).expect(mpform::cli::Exit::Done);
    town
}

#[test]
fn each_message_stands_on_its_day_and_opens() {
    let town = town();
    let Some(browser) = Browser::open(&page(&town), DESK) else { return };
    assert_eq!(browser.texts(".calendar [aria-pressed=true]"), ["November 2026"]);
    let bubbles = browser.texts(".month:not([hidden]) .due summary strong");
    assert_eq!(bubbles, ["10:00", "18:30", "16:00", "10:00"]);
    let day = "document.querySelector('time[datetime=\"2026-11-27\"]').closest('td')";
    assert!(
        browser.js(&format!("return {day}.innerText")).as_str().is_some_and(|text| text.contains("问候"))
    );
    browser.js(&format!("{day}.querySelector('summary').click()"));
    let open = browser.texts(".due[open]").concat();
    for words in [
        "</script><b>周末好",
        "https://m.example.com/a.jpg",
        "care/sop/call@2026-11-27",
        "friends: [ajie]",
        "scheduled",
    ] {
        assert!(open.contains(words), "{words}: {open}");
    }
    browser.click(".calendar .filters button:nth-child(2)");
    assert_eq!(browser.count(".month:not([hidden]) .due"), 9, "four Mondays and five Wednesdays in December");
    browser.close();
}

#[test]
fn on_a_phone_it_is_a_list_of_days() {
    let town = town();
    let Some(browser) = Browser::open(&page(&town), PHONE) else { return };
    let days = browser.js("return [...document.querySelectorAll('.month:not([hidden]) td')].filter(one => one.offsetHeight).length");
    assert_eq!(days, 4, "those with a message");
    assert!(browser.js("return document.documentElement.scrollWidth").as_u64() <= Some(390));
    browser.close();
}

fn page(town: &Town) -> std::path::PathBuf {
    town.path("page.html")
}
