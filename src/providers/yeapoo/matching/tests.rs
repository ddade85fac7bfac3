use super::*;

fn who(rules: &[&[Match]], text: &str) -> (Step, Vec<usize>) {
    let answer = answers(rules, &[text]).remove(0);
    (answer.step, answer.rules())
}

fn exact(word: &str, text: &str) -> bool {
    who(&[&[Match::exact(word)]], text) == (Step::Exact, vec![0])
}

fn fuzzy(word: &str, text: &str) -> bool {
    who(&[&[Match::fuzzy(word)]], text) == (Step::Fuzzy, vec![0])
}

#[test]
fn a_keyword_is_the_whole_message() {
    assert!(exact("营业时间", "营业时间"));
    assert!(!exact("营业时间", "营业") && !exact("营业", "营业时间"));
}

#[test]
fn every_accent_is_looked_for() {
    for (letter, accented) in ACCENTED {
        assert!(accented.chars().all(|accented| plain(accented) == *letter), "{letter}: {accented}");
    }
}

#[test]
fn what_is_not_looked_at_has_neither_case_nor_accents() {
    assert!(CASELESS.clone().all(|c| c.to_lowercase().eq([c]) && c.to_uppercase().eq([c])));
    assert!(
        ACCENTED.iter().all(|(letter, _)| !CASELESS.contains(letter)) && !CASELESS.contains(ACCENTS.end())
    );
}

#[test]
fn case_accents_and_trailing_blanks_do_not_count() {
    assert!(
        exact("WiFi", "wifi  ")
            && exact("wifi ", "WIFI")
            && exact("Café", "CAFE")
            && exact("ＶＩＰ", "ｖｉｐ")
    );
    assert!(!exact("wifi", " wifi") && !exact("wifi", "wi fi") && !exact("ＶＩＰ", "VIP"));
    assert!(exact("", "  "));
}

#[test]
fn a_fuzzy_keyword_contains_the_message_and_not_the_other_way_round() {
    for message in ["优惠", "活", "优惠活动", "惠活"] {
        assert!(fuzzy("优惠活动", message), "{message}");
    }
    for message in ["请问优惠活动有吗", "优活", "优惠 ", " 优惠"] {
        assert!(!fuzzy("优惠活动", message), "{message}");
    }
    assert!(fuzzy("Open WiFi", "wifi"));
}

#[test]
fn an_exact_keyword_comes_first_and_is_not_found_by_a_part() {
    let rules: [&[Match]; 3] =
        [&[Match::fuzzy("优惠活动")], &[Match::exact("优惠")], &[Match::exact("优惠活动说明")]];
    assert_eq!(who(&rules, "优惠"), (Step::Exact, vec![1]));
    assert_eq!(who(&rules, "活动"), (Step::Fuzzy, vec![0]));
    assert_eq!(who(&rules, "说明"), (Step::Nobody, vec![]));
}

#[test]
fn wildcards_in_the_message_work() {
    assert!(
        fuzzy("营业时间", "%")
            && fuzzy("营业时间", "")
            && fuzzy("营业时间", "营%间")
            && fuzzy("营业时间", "营_时")
    );
    assert!(!fuzzy("营业时间", "营_间") && !fuzzy("营业时间", "间%营"));
    assert!(!fuzzy("营业时间", "\\%") && fuzzy("打8折，省20%的钱", "20\\%的"));
    assert!(fuzzy("aab", "a_b") && fuzzy("abab", "ab%b") && !fuzzy("ab", "a__b"));
}

#[test]
fn a_quote_breaks_the_search_and_not_the_comparison() {
    assert!(!fuzzy("what's new", "what's"));
    assert!(exact("what's new", "What's new"));
}

#[test]
fn several_rules_are_all_named_once() {
    let rules: [&[Match]; 3] =
        [&[Match::fuzzy("停车场"), Match::fuzzy("停车费")], &[], &[Match::fuzzy("停车")]];
    assert_eq!(who(&rules, "停车"), (Step::Fuzzy, vec![0, 2]));
    assert_eq!(who(&rules, "车费"), (Step::Fuzzy, vec![0]));
    assert_eq!(who(&rules, "车位"), (Step::Nobody, vec![]));
}

#[test]
fn each_keyword_that_fits_is_named() {
    let rules: [&[Match]; 2] = [&[Match::fuzzy("停车场"), Match::fuzzy("停车费")], &[Match::exact("停车场")]];
    let winners = |text: &str| answers(&rules, &[text]).remove(0).winners;
    assert_eq!(winners("停车"), [Hit { rule: 0, keyword: 0 }, Hit { rule: 0, keyword: 1 }]);
    assert_eq!(winners("停车场"), [Hit { rule: 1, keyword: 0 }]);
}

#[track_caller]
fn why(words: &[Match], text: &str) -> Vec<(usize, Why)> {
    others(&[words], text).into_iter().map(|other| (other.hit.keyword, other.why)).collect()
}

#[test]
fn what_does_not_answer_and_why() {
    let words = [Match::exact("停车"), Match::fuzzy("停车场怎么走"), Match::fuzzy("停车场")];
    assert_eq!(why(&words, "停车"), [(1, Why::Shadowed), (2, Why::Shadowed)]);
    assert_eq!(why(&words, "停车场"), []);
    assert_eq!(why(&words, "请问停车场在哪"), [(0, Why::Part), (2, Why::Reversed)]);
    assert_eq!(why(&words, " 停车"), [(0, Why::Blanks), (1, Why::Blanks), (2, Why::Blanks)]);
    assert_eq!(why(&words, "停车场 "), [(0, Why::Part), (1, Why::Blanks), (2, Why::Blanks)]);
    assert_eq!(why(&words, "营业"), []);
    assert_eq!(why(&[Match::fuzzy("what's new")], "what's"), [(0, Why::Quote)]);
    assert_eq!(why(&[Match::fuzzy(" "), Match::exact("")], "a '"), []);
}
