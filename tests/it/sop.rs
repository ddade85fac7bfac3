//! `mpform sop`, as a program of its own: what is shown of plans, what is refused, what is sent.

use icalendar::{Calendar, CalendarComponent, Component};
use insta::assert_snapshot;

use crate::world::{Ran, World};

mod refused;
mod sent;

/// Some days, plans for them, and a time at which they are looked at.
const PROJECT: &str = "\
version: 1
include: [shop.yaml]
accounts:
  shop: {provider: yeapoo, base_url: \"${env.SANDBOX}\", info_id: shop}
calendars:
  stock: {dates: [2026-12-07, \"2026-12-24..2026-12-26\"], workdays: [2026-12-27]}
";
const PLANS: &str = "\
groups: {vip: {members: [o-1]}}
materials: {poster: {image: assets/poster.jpg}}
sops:
  monday:
    title: 周一早报
    schedule: {start: 2026-11-23, repeat: FREQ=WEEKLY;BYDAY=MO, skip: [stock]}
    audience: {group: vip, gender: female}
    steps:
      - {day: 1, at: \"10:00\", send: [{text: 早上好，新的一周开始了}]}
      - {day: 3, at: 18:30, send: [{material: poster}]}
  圣诞:
    schedule: {start: 2026-12-24, skip: [stock], when_skipped: next_workday}
    audience: {group: all}
    steps: [{day: 1, at: 9:00, send: [{text: 圣诞快乐}]}]
";
const NOW: &str = "--now 2026-11-22T09:00:00+08:00";

fn plans(resources: &str) -> World {
    let world = World::empty();
    world.write("mpform.yaml", PROJECT);
    files(&world);
    world.shop(resources);
    world
}

/// Writes files that are what their names say, as far as anybody looks.
fn files(world: &World) {
    let jpeg: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";
    let film: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0";
    world.write("spring.html", "<p>春天来了</p>\n");
    for (name, bytes) in [("poster.jpg", jpeg), ("cover.jpg", jpeg), ("tour.mp4", film)] {
        world.write(&format!("assets/{name}"), "");
        std::fs::write(world.path(&format!("assets/{name}")), bytes).expect("writes");
    }
}

fn ran(world: &World, arguments: &str) -> Ran {
    let ran = world.run(&format!("{NOW} {arguments}"));
    assert_eq!(world.calls(), Vec::<String>::new());
    ran
}

#[test]
fn a_list_shows_every_run_with_its_messages() {
    let world = plans(PLANS);
    let ran = ran(&world, "sop list --to 2026-12-31").expect_code(0);
    assert_eq!(ran.err, "");
    assert_snapshot!(ran.out, @r##"
    shop/sop/monday  周一早报, to {group: vip, gender: female} (shop.yaml:5)
      @2026-11-23  scheduled  Mon 2026-11-23 10:00  text 早上好，新的一周开始了
                              Wed 2026-11-25 18:30  material poster
      @2026-11-30  scheduled  Mon 2026-11-30 10:00  text 早上好，新的一周开始了
                              Wed 2026-12-02 18:30  material poster
      @2026-12-07  skipped    dropped (stock)
      @2026-12-14  scheduled  Mon 2026-12-14 10:00  text 早上好，新的一周开始了
                              Wed 2026-12-16 18:30  material poster
      @2026-12-21  scheduled  Mon 2026-12-21 10:00  text 早上好，新的一周开始了
                              Wed 2026-12-23 18:30  material poster
      @2026-12-28  scheduled  Mon 2026-12-28 10:00  text 早上好，新的一周开始了
                              Wed 2026-12-30 18:30  material poster

    shop/sop/圣诞  圣诞, to {group: all} (shop.yaml:12)
      @2026-12-24  scheduled  moved to Sun 2026-12-27 (stock)
                              Sun 2026-12-27 09:00  text 圣诞快乐

    6 runs, 1 dropped; 11 messages from 2026-11-22 to 2026-12-31, Asia/Shanghai.
    "##);
}

#[test]
fn a_list_for_programs() {
    let world = plans(PLANS);
    let found = ran(&world, "sop list --json --from 2026-12-07 --to 2026-12-28").expect_code(0).json();
    let runs = found["runs"].as_array().expect("runs");
    let line = |run: &serde_json::Value| {
        format!("{} {} {} {}", run["run"], run["state"], run["starts"], run["skipped_by"]).replace('"', "")
    };
    assert_eq!(
        runs.iter().map(line).collect::<Vec<_>>(),
        [
            "shop/sop/monday@2026-12-07 skipped null stock",
            "shop/sop/monday@2026-12-14 scheduled 2026-12-14 null",
            "shop/sop/monday@2026-12-21 scheduled 2026-12-21 null",
            "shop/sop/圣诞@2026-12-24 scheduled 2026-12-27 stock",
            "shop/sop/monday@2026-12-28 scheduled 2026-12-28 null",
        ]
    );
    assert_eq!(runs[1]["title"], "周一早报 2026-12-14");
    assert_eq!(runs[1]["steps"][1]["at"], "2026-12-16T18:30:00+08:00");
    assert_eq!(runs[1]["steps"][1]["send"][0]["material"], "poster");
}

#[test]
fn a_month_is_a_table() {
    let world = plans(PLANS);
    let ran = ran(&world, "sop calendar --month 2026-12").expect_code(0);
    assert_snapshot!(ran.out, @r##"
    December 2026, Asia/Shanghai

    ┌─────────────┬─────────────┬─────────────┬─────────────┬─────────────┬─────────────┬─────────────┐
    │Mon          │Tue          │Wed          │Thu          │Fri          │Sat          │Sun          │
    ├─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┤
    │             │1            │2            │3            │4            │5            │6            │
    │             │             │18:30 周一早…│             │             │             │             │
    ├─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┤
    │7            │8            │9            │10           │11           │12           │13           │
    ├─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┤
    │14           │15           │16           │17           │18           │19           │20           │
    │10:00 周一早…│             │18:30 周一早…│             │             │             │             │
    ├─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┤
    │21           │22           │23           │24           │25           │26           │27           │
    │10:00 周一早…│             │18:30 周一早…│             │             │             │09:00 圣诞   │
    ├─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┼─────────────┤
    │28           │29           │30           │31           │             │             │             │
    │10:00 周一早…│             │18:30 周一早…│             │             │             │             │
    └─────────────┴─────────────┴─────────────┴─────────────┴─────────────┴─────────────┴─────────────┘

    Wed 2026-12-02 18:30  shop/sop/monday@2026-11-30 step 2  material poster
    Mon 2026-12-14 10:00  shop/sop/monday@2026-12-14 step 1  text 早上好，新的一周开始了
    Wed 2026-12-16 18:30  shop/sop/monday@2026-12-14 step 2  material poster
    Mon 2026-12-21 10:00  shop/sop/monday@2026-12-21 step 1  text 早上好，新的一周开始了
    Wed 2026-12-23 18:30  shop/sop/monday@2026-12-21 step 2  material poster
    Sun 2026-12-27 09:00  shop/sop/圣诞@2026-12-24 step 1  text 圣诞快乐
    Mon 2026-12-28 10:00  shop/sop/monday@2026-12-28 step 1  text 早上好，新的一周开始了
    Wed 2026-12-30 18:30  shop/sop/monday@2026-12-28 step 2  material poster

    shop/sop/monday@2026-12-07 is dropped (stock)
    shop/sop/圣诞@2026-12-24 is moved to Sun 2026-12-27 (stock)

    5 runs, 1 dropped; 8 messages from 2026-12-01 to 2026-12-31, Asia/Shanghai.
    "##);
}

/// Another program's reader reads what we write.
#[test]
fn a_month_for_calendar_programs() {
    let world = plans(PLANS);
    let text = ran(&world, "-q sop calendar --month 2026-12 --ics").expect_code(0).out;
    assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let calendar: Calendar = text.parse().expect("RFC 5545");
    let events: Vec<_> = calendar
        .components
        .iter()
        .filter_map(|component| match component {
            CalendarComponent::Event(event) => Some(event),
            _ => None,
        })
        .map(|event| {
            let start = event.property_value("DTSTART").unwrap_or_default().to_owned();
            assert!(event.get_end().is_none());
            format!(
                "{start} {} | {}",
                event.get_uid().unwrap_or_default(),
                event.get_summary().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        events,
        [
            "20261202T103000Z mpform:shop/sop/monday@2026-11-30/2 | 周一早报 2026-11-30 (2/2)",
            "20261214T020000Z mpform:shop/sop/monday@2026-12-14/1 | 周一早报 2026-12-14 (1/2)",
            "20261216T103000Z mpform:shop/sop/monday@2026-12-14/2 | 周一早报 2026-12-14 (2/2)",
            "20261221T020000Z mpform:shop/sop/monday@2026-12-21/1 | 周一早报 2026-12-21 (1/2)",
            "20261223T103000Z mpform:shop/sop/monday@2026-12-21/2 | 周一早报 2026-12-21 (2/2)",
            "20261227T010000Z mpform:shop/sop/圣诞@2026-12-24/1 | 圣诞 2026-12-24 (1/1)",
            "20261228T020000Z mpform:shop/sop/monday@2026-12-28/1 | 周一早报 2026-12-28 (1/2)",
            "20261230T103000Z mpform:shop/sop/monday@2026-12-28/2 | 周一早报 2026-12-28 (2/2)",
        ]
    );
}

#[test]
fn the_time_can_be_chosen_where_nothing_is_sent_only() {
    let world = plans(PLANS);
    let resolve = "sop resolve shop/sop/monday@2026-11-23 --sent";
    for command in
        ["apply --yes", "plan -o p.json", "state list", "sop run", "sop run --watch", "sop history", resolve]
    {
        world
            .run(&format!("{NOW} {command}"))
            .expect_code(1)
            .says(&["--now is for commands that send nothing"]);
    }
    world.run("--now tomorrow sop list").expect_code(1).says(&["2026-11-23T09:00:00+08:00"]);
    // A day begins where the project is.
    let list = world.run("--now 2026-11-22T16:00:00Z sop list --json").expect_code(0).json();
    assert_eq!((&list["from"], &list["to"]), (&"2026-11-23".into(), &"2026-12-23".into()));
}

#[test]
fn a_window_that_ends_before_it_begins_or_lies_nowhere_is_refused() {
    let world = plans(PLANS);
    ran(&world, "sop list --from 2026-12-02 --to 2026-12-01").expect_code(1).says(&["lies before --from"]);
    ran(&world, "sop list --from 2026-13-01").expect_code(1).says(&["is not a date"]);
    ran(&world, "sop calendar --month 2026-13").expect_code(1).says(&["write year and month"]);
    ran(&world, "sop list --account shpo").expect_code(1).says(&["did you mean `shop`?"]);
    world.shop("groups: {vip: {}}\n");
    ran(&world, "sop list").expect_code(0).shows(&["there are no recurring plans"]);
}

#[test]
fn the_calendar_of_the_examples_is_a_calendar() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/shop/cn-holidays.txt");
    let world = plans(
        "sops: {daily: {schedule: {start: 2026-01-01, repeat: FREQ=DAILY, skip: [cn-holidays], when_skipped: next_workday}, audience: {group: all}, steps: [{day: 1, at: '9:00', send: [{text: a}]}]}}\n",
    );
    world.write("cn-holidays.txt", &std::fs::read_to_string(file).expect("the example"));
    world.write(
        "mpform.yaml",
        &PROJECT.replace("  stock:", "  cn-holidays: {file: cn-holidays.txt}\n  stock:"),
    );
    let list = ran(&world, "sop list --json --from 2026-01-01 --to 2026-12-31").expect_code(0).json();
    let runs = list["runs"].as_array().expect("runs");
    let moved = runs.iter().filter(|run| run["date"] != run["starts"]);
    assert_eq!((runs.len(), moved.count()), (365, 33));
    let of = |date: &str| runs.iter().find(|run| run["date"] == date).expect("a run")["starts"].clone();
    assert_eq!(
        [of("2026-01-01"), of("2026-02-15"), of("2026-10-03")],
        ["2026-01-04", "2026-02-24", "2026-10-08"]
    );
}
