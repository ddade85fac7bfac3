//! Plans that `validate` refuses.

use insta::assert_snapshot;

use super::{PROJECT, files, ran};
use crate::world::World;

const MATERIALS: &str = "materials:
  tour: {video: assets/tour.mp4}
  spring: {news: [{title: 春, cover: assets/cover.jpg, content_file: spring.html}]}
";

/// What validate says of a plan of which this is the body.
#[track_caller]
fn refused(policy: &str, plan: &str) -> String {
    let world = World::empty();
    world.write("mpform.yaml", &format!("{PROJECT}{policy}"));
    files(&world);
    world.shop(&format!("groups: {{vip: {{}}, none: {{members: []}}}}\n{MATERIALS}sops:\n{plan}"));
    let ran = ran(&world, "validate").expect_code(1);
    assert_eq!(ran.out, "");
    ran.err
}

#[test]
fn whatever_is_wrong_is_said_at_once() {
    assert_snapshot!(refused("", "  a@b:
    shcedule: {}
    audience: {group: vip}
    steps: []
  twice:
    title: ''
    delivery: manual
    schedule: {start: 2026-02-30, repeat: FREQ=HOURLY, until: later, skip: [2026-12-24..2026-12-01, 7], ahead: 14}
    audience: {group: vip, gender: women}
    steps:
      - {day: 0, at: '24:00', send: {text: a}}
      - {day: 1.5, at: noon, send: [{txt: a}]}
    grace: soon
  nowhere:
    schedule: {start: 2026-12-01, skip: [stok]}
    audience: {group: vpi}
    steps: [{day: 1, at: '9:00', send: [{material: poster}]}, {day: 1, at: '9:00', send: [{}]}, {day: 1, at: '9:00', send: []}]
"), @r##"
error[MP014]: an `@` in the key of a plan
 --> shop.yaml:7:3
  |
7 |   a@b:
  |   ^^^
  |
  = help: it stands before a run's date, as in KEY@2026-11-23; take it out

error[MP003]: unknown key `shcedule`
 --> shop.yaml:8:5
  |
8 |     shcedule: {}
  |     ^^^^^^^^
  |
  = help: did you mean `schedule`?

error[MP014]: `2026-02-30` is not a date
  --> shop.yaml:14:23
   |
14 |     schedule: {start: 2026-02-30, repeat: FREQ=HOURLY, until: later, skip: [2026-12-24..2026-12-01, 7], ahead: 14}
   |                       ^^^^^^^^^^
   |
   = help: write it as 2026-11-23 (year, month, day)

error[MP014]: FREQ=HOURLY is finer than a day
  --> shop.yaml:14:43
   |
14 |     schedule: {start: 2026-02-30, repeat: FREQ=HOURLY, until: later, skip: [2026-12-24..2026-12-01, 7], ahead: 14}
   |                                           ^^^^^^^^^^^
   |
   = help: runs start on dates; write FREQ=DAILY and several steps with their `at`

error[MP014]: `later` is not a date
  --> shop.yaml:14:63
   |
14 |     schedule: {start: 2026-02-30, repeat: FREQ=HOURLY, until: later, skip: [2026-12-24..2026-12-01, 7], ahead: 14}
   |                                                               ^^^^^
   |
   = help: write it as 2026-11-23 (year, month, day)

error[MP014]: `2026-12-24..2026-12-01` ends before it begins
  --> shop.yaml:14:77
   |
14 |     schedule: {start: 2026-02-30, repeat: FREQ=HOURLY, until: later, skip: [2026-12-24..2026-12-01, 7], ahead: 14}
   |                                                                             ^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: put the earlier date in front

error[MP014]: `14` is not a length of time
  --> shop.yaml:14:112
   |
14 |     schedule: {start: 2026-02-30, repeat: FREQ=HOURLY, until: later, skip: [2026-12-24..2026-12-01, 7], ahead: 14}
   |                                                                                                                ^^
   |
   = help: write e.g. 30m, 6h or 14d

error[MP014]: `women` is not known here
  --> shop.yaml:15:36
   |
15 |     audience: {group: vip, gender: women}
   |                                    ^^^^^
   |
   = help: known here: `any`, `male`, `female`

error[MP014]: `0` is no day of a run
  --> shop.yaml:17:15
   |
17 |       - {day: 0, at: '24:00', send: {text: a}}
   |               ^
   |
   = help: days are counted from 1, the date on which the run starts, to 3660

error[MP014]: `24:00` is not a time of the day
  --> shop.yaml:17:22
   |
17 |       - {day: 0, at: '24:00', send: {text: a}}
   |                      ^^^^^^^
   |
   = help: write hours and minutes, from "00:00" to "23:59"

error[MP002]: expected a list, found a mapping
  --> shop.yaml:17:37
   |
17 |       - {day: 0, at: '24:00', send: {text: a}}
   |                                     ^^^^^^^^^
   |
   = help: write a list here

error[MP014]: `1.5` is no day of a run
  --> shop.yaml:18:15
   |
18 |       - {day: 1.5, at: noon, send: [{txt: a}]}
   |               ^^^
   |
   = help: days are counted from 1, the date on which the run starts, to 3660

error[MP014]: `noon` is not a time of the day
  --> shop.yaml:18:24
   |
18 |       - {day: 1.5, at: noon, send: [{txt: a}]}
   |                        ^^^^
   |
   = help: write hours and minutes, from "00:00" to "23:59"

error[MP003]: unknown key `txt`
  --> shop.yaml:18:38
   |
18 |       - {day: 1.5, at: noon, send: [{txt: a}]}
   |                                      ^^^
   |
   = help: did you mean `text`?

error[MP014]: `soon` is not a length of time
  --> shop.yaml:19:12
   |
19 |     grace: soon
   |            ^^^^
   |
   = help: write e.g. 30m, 6h or 14d

error[MP019]: shop/sop/nowhere: what is sent is exactly one of `text`, `material`
  --> shop.yaml:23:91
   |
23 |     steps: [{day: 1, at: '9:00', send: [{material: poster}]}, {day: 1, at: '9:00', send: [{}]}, {day: 1, at: '9:00', send: []}]
   |                                                                                           ^^
   |
   = help: keep one of them; write a message for each

error[MP029]: shop/sop/nowhere: a step that sends nothing
  --> shop.yaml:23:124
   |
23 |     steps: [{day: 1, at: '9:00', send: [{material: poster}]}, {day: 1, at: '9:00', send: [{}]}, {day: 1, at: '9:00', send: []}]
   |                                                                                                                            ^^
   |
   = help: add what is sent, e.g. send: [{text: …}]

error[MP012]: shop/sop/nowhere: there is no calendar `stok`
  --> shop.yaml:21:42
   |
21 |     schedule: {start: 2026-12-01, skip: [stok]}
   |                                          ^^^^
   |
   = help: did you mean `stock`?

error[MP012]: shop/sop/nowhere: there is no group `vpi`
  --> shop.yaml:22:23
   |
22 |     audience: {group: vpi}
   |                       ^^^
   |
   = help: did you mean `vip`?

error[MP012]: shop/sop/nowhere: there is no material `poster`
  --> shop.yaml:23:52
   |
23 |     steps: [{day: 1, at: '9:00', send: [{material: poster}]}, {day: 1, at: '9:00', send: [{}]}, {day: 1, at: '9:00', send: []}]
   |                                                    ^^^^^^
   |
   = help: known here: `tour`, `spring`

20 errors
"##);
}

#[test]
fn what_yeapoo_would_spoil_or_never_send() {
    assert_snapshot!(refused("", "  spoilt:
    schedule: {start: 2026-12-01, until: 2026-11-30, ahead: 14d}
    delivery: manual
    audience: {group: vip}
    steps:
      - {day: 1, at: '9:00', send: [{text: 'say \"hi\"'}, {text: b}]}
      - {day: 1, at: '9:00', send: [{text: \"a\\nb\"}]}
      - {day: 1, at: '9:00', send: [{material: tour}]}
      - {day: 1, at: '9:00', send: [{material: spring}]}
  nobody:
    schedule: {start: 2026-12-01, repeat: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30}
    audience: {group: none}
    steps: [{day: 1, at: '9:00', send: [{text: a}]}]
"), @r##"
error[MP014]: shop/sop/spoilt: `until` 2026-11-30 lies before `start` 2026-12-01
 --> shop.yaml:8:42
  |
8 |     schedule: {start: 2026-12-01, until: 2026-11-30, ahead: 14d}
  |                                          ^^^^^^^^^^
  |
  = help: a run starts from `start` to `until`, both included

error[MP028]: shop/sop/spoilt: `delivery` at yeapoo
 --> shop.yaml:9:15
  |
9 |     delivery: manual
  |               ^^^^^^
  |
  = help: take it out: no run is created ahead, each message is sent from here when it is due

error[MP028]: shop/sop/spoilt: `ahead` at yeapoo
 --> shop.yaml:8:61
  |
8 |     schedule: {start: 2026-12-01, until: 2026-11-30, ahead: 14d}
  |                                                             ^^^
  |
  = help: take it out: no run is created ahead, each message is sent from here when it is due

error[MP019]: shop/sop/spoilt: more than one message in a step
  --> shop.yaml:12:57
   |
12 |       - {day: 1, at: '9:00', send: [{text: 'say "hi"'}, {text: b}]}
   |                                                         ^^^^^^^^^
   |
   = help: a mass send of yeapoo's is one text or material; write a step for each

error[MP114]: shop/sop/spoilt: a quote (") in a text that is sent to many
  --> shop.yaml:12:44
   |
12 |       - {day: 1, at: '9:00', send: [{text: 'say "hi"'}, {text: b}]}
   |                                            ^^^^^^^^^^
   |
   = help: take it out: write “…” for quotes, and one line (source: yeapoo's server does not escape it, WeChat refuses the message, and the server says 200 all the same)

error[MP114]: shop/sop/spoilt: a line break in a text that is sent to many
  --> shop.yaml:13:44
   |
13 |       - {day: 1, at: '9:00', send: [{text: "a\nb"}]}
   |                                            ^^^^^^
   |
   = help: take it out: write “…” for quotes, and one line (source: yeapoo's server does not escape it, WeChat refuses the message, and the server says 200 all the same)

error[MP114]: shop/sop/spoilt: a video can't be sent to many
  --> shop.yaml:14:48
   |
14 |       - {day: 1, at: '9:00', send: [{material: tour}]}
   |                                                ^^^^
   |
   = help: send news or an image that leads to it (source: yeapoo's server sends videos in a form that WeChat refuses)

error[MP114]: shop/sop/spoilt: a line break in the `content` of news that are sent to many
  --> shop.yaml:15:48
   |
15 |       - {day: 1, at: '9:00', send: [{material: spring}]}
   |                                                ^^^^^^
   |
   = help: take it out: write “…” for quotes, and one line (source: yeapoo's server does not escape it, WeChat refuses the message, and the server says 200 all the same)

error[MP113]: shop/sop/nobody: nobody is in the group `none`
  --> shop.yaml:18:23
   |
18 |     audience: {group: none}
   |                       ^^^^
   |
   = help: say whom it goes to, or write `allow_empty: true` if that is meant

error[MP110]: shop/sop/nobody: by this schedule nothing ever runs
  --> shop.yaml:17:15
   |
17 |     schedule: {start: 2026-12-01, repeat: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30}
   |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: see that `repeat`, `until` and `skip` leave a date from `start` on; dates that a month doesn't have are passed over

10 errors
"##);
}

#[test]
fn a_policy_is_kept_in_the_year_ahead() {
    let policy = "policy: {quiet_hours: '22:00-08:00', max_messages_per_audience_per_day: 2, forbidden_words: [最便宜]}\n";
    assert_snapshot!(refused(policy, "  late:
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;COUNT=3}
    audience: {group: vip}
    steps:
      - {day: 1, at: '22:00', send: [{text: a}]}
      - {day: 2, at: '08:00', send: [{text: 全城最便宜}]}
      - {day: 2, at: '07:59', send: [{text: c}]}
  all:
    schedule: {start: 2026-11-24}
    audience: {group: all, gender: male}
    steps: [{day: 1, at: '12:00', send: [{text: a}]}]
  women:
    schedule: {start: 2026-11-24}
    audience: {group: all, gender: female}
    steps: [{day: 1, at: '12:00', send: [{text: a}]}]
  past:
    schedule: {start: 2026-11-20}
    audience: {group: vip}
    steps: [{day: 1, at: '23:00', send: [{text: a}]}]
"), @r##"
error[MP027]: shop/sop/late@2026-11-23: step 2, due 2026-11-24 08:00: the text says `最便宜`
  --> shop.yaml:12:45
   |
12 |       - {day: 2, at: '08:00', send: [{text: 全城最便宜}]}
   |                                             ^^^^^^^^^^
   |
   = help: say it otherwise; `policy.forbidden_words` of the project forbids the word

error[MP111]: shop/sop/late@2026-11-23: step 1, due 2026-11-23 22:00 falls into the quiet hours 22:00-08:00, and in 2 more runs of the year ahead
  --> shop.yaml:11:22
   |
11 |       - {day: 1, at: '22:00', send: [{text: a}]}
   |                      ^^^^^^^
   |
   = help: move it; `policy.quiet_hours` of the project forbids the time

error[MP111]: shop/sop/late@2026-11-23: step 3, due 2026-11-24 07:59 falls into the quiet hours 22:00-08:00, and in 2 more runs of the year ahead
  --> shop.yaml:13:22
   |
13 |       - {day: 2, at: '07:59', send: [{text: c}]}
   |                      ^^^^^^^
   |
   = help: move it; `policy.quiet_hours` of the project forbids the time

error[MP112]: shop/sop/all@2026-11-24: step 1, due 2026-11-24 12:00: men in the group `vip` would get 3 messages on 2026-11-24
  --> shop.yaml:17:26
   |
17 |     steps: [{day: 1, at: '12:00', send: [{text: a}]}]
   |                          ^^^^^^^
   |
  ::: shop.yaml:13:22
   |
13 |       - {day: 2, at: '07:59', send: [{text: c}]}
   |                      ------- shop/sop/late@2026-11-23 as well
   |
  ::: shop.yaml:12:22
   |
12 |       - {day: 2, at: '08:00', send: [{text: 全城最便宜}]}
   |                      ------- shop/sop/late@2026-11-23 as well
   |
   = help: `policy.max_messages_per_audience_per_day` of the project allows 2; move or drop one

error[MP112]: shop/sop/women@2026-11-24: step 1, due 2026-11-24 12:00: women in the group `vip` would get 3 messages on 2026-11-24
  --> shop.yaml:21:26
   |
21 |     steps: [{day: 1, at: '12:00', send: [{text: a}]}]
   |                          ^^^^^^^
   |
  ::: shop.yaml:13:22
   |
13 |       - {day: 2, at: '07:59', send: [{text: c}]}
   |                      ------- shop/sop/late@2026-11-23 as well
   |
  ::: shop.yaml:12:22
   |
12 |       - {day: 2, at: '08:00', send: [{text: 全城最便宜}]}
   |                      ------- shop/sop/late@2026-11-23 as well
   |
   = help: `policy.max_messages_per_audience_per_day` of the project allows 2; move or drop one

5 errors
"##);
}

#[test]
fn sections_that_are_none_and_keys_that_mean_two_things() {
    let world = World::empty();
    world.write("mpform.yaml", PROJECT);
    for nothing in ["sops: {}\n", "sops: none\n"] {
        world.shop(nothing);
        ran(&world, "validate").expect_code(0);
    }
    let once = "{schedule: {start: 2026-12-01}, audience: {group: all}, steps: [{day: 1, at: '9:00', send: [{text: a}]}]}";
    for (resources, words) in [
        ("sops: []\n".to_owned(), "expected a mapping, found something else"),
        ("sops:\n".to_owned(), "expected a mapping, found nothing"),
        (
            format!("sops: {{a: {once}}}\n---\naccount: shop\nsops: {{a: {once}}}\n"),
            "`sop/a` is declared twice",
        ),
        (format!("groups: {{all: {{}}}}\nsops: {{a: {once}}}\n"), "`all` is every follower"),
        (format!("prune: [sops]\nsops: {{a: {once}}}\n"), "`sops` can't stand under `prune`"),
    ] {
        world.shop(&resources);
        ran(&world, "validate").expect_code(1).says(&[words]);
    }
    world.write("mpform.yaml", &format!("{PROJECT}sops: {{}}\n"));
    ran(&world, "validate").expect_code(1).says(&["`sops` in the project document"]);
}
