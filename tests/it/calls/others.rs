//! Calls of the commands beside the plan of one account: what brings an account along, corrects what is remembered, tries
//! conversations, and sends.

use insta::assert_snapshot;
use mpform::cli::Exit;

use super::{calls_of, counted, tally};
use crate::plans::{CARE, COMMUNITY, SHOP};
use crate::town::Town;
use crate::world::{World, call};

#[test]
fn an_account_is_brought_along_with_these_calls() {
    let world = World::new("accounts: {shop: {weixin_id: gh_shop}}");
    world.shop("");
    let bound = calls_of(&world, "account bind shop gh_shop");
    world.run_told("account fill-in shop", "wx1\nsecret\n").expect_code(0);
    let filled_in = counted(&world);
    let fetched = calls_of(&world, "account fetch shop --menu");
    assert_snapshot!(format!("{bound}\n{filled_in}\n{fetched}"), @"
    1 POST bind
    1 in all

    1 GET bind/refresh/shop
    2 GET group
    1 GET menu
    1 POST bind/fillin
    5 in all

    1 GET bind/refresh/shop
    1 GET menu
    1 GET menu/fetch
    3 in all
    ");
}

#[test]
fn adopting_and_trying_make_these_calls() {
    let world = World::new(
        "accounts: {shop: {app_id: wx1, groups: [{id: aa000000000000000000000000000001, name: VIP}]}}",
    );
    world.shop("groups: {VIP: {}}\nreplies: {default: none}\n---\naccount: shop\ntests:\n- {say: 在吗, expect: none}\n");
    let adopted = calls_of(&world, "state adopt shop/group/VIP aa000000000000000000000000000001");
    let tried = calls_of(&world, "test --live");
    assert_snapshot!(format!("{adopted}\n{tried}"), @"
    1 GET group
    1 in all

    1 GET bind/refresh/shop
    1 GET keyword
    1 GET keyword/default
    1 GET keyword/subscribe
    1 GET menu
    5 in all
    ");
}

/// At all three vendors: a plan asks, an apply creates and reads back, and what is due goes out once.
#[test]
fn recurring_plans_make_these_calls() {
    let town = Town::new();
    for (name, text) in [("shop.yaml", SHOP), ("care.yaml", CARE), ("community.yaml", COMMUNITY)] {
        town.write(name, text);
    }
    let calls_of = |command: &str| {
        town.run(command).expect(Exit::Done);
        let calls = tally(town.sandbox.journal().iter().map(call).collect());
        town.sandbox.clear_journal();
        format!("{command}\n{calls}\n")
    };
    let before = ["plan", "apply --yes", "plan", "sop run"].map(calls_of).concat();
    town.until("2026-11-23 10:05");
    let due = ["sop run", "sop run", "sop list"].map(calls_of).concat();
    assert_snapshot!(format!("{before}at the time\n\n{}", due.trim_end()), @"
    plan
    1 GET bind/refresh/shop
    1 GET group
    2 GET user
    1 POST /apiServer/api/v3/groupSop/getGroupList
    5 in all

    apply --yes
    1 GET bind/refresh/shop
    2 GET group
    3 GET user
    2 POST /apiServer/api/v3/groupSop/addGroupCorporate
    6 POST /apiServer/api/v3/groupSop/getGroupList
    1 POST group
    1 POST user/add/batch
    16 in all

    plan
    1 GET bind/refresh/shop
    1 GET group
    1 GET user
    1 POST /apiServer/api/v3/groupSop/getGroupList
    4 in all

    sop run
    0 in all

    at the time

    sop run
    1 GET masssend
    1 POST /connect/token
    4 POST /v2/ChatMess/doSendPublicMes
    1 POST masssend/send
    1 POST text
    8 in all

    sop run
    0 in all

    sop list
    0 in all
    ");
}
