//! `mpform doctor`: a line for each account, and what is wrong with it.

use insta::assert_snapshot;

use crate::plan::SHOP;
use crate::world::{PROJECT, World};
use mpform::sandbox::{Fault, Rule};

fn applied() -> World {
    let world = World::empty();
    world.shop(SHOP);
    world.apply();
    world.calls();
    world
}

#[test]
fn a_healthy_account() {
    let world = applied();
    let ran = world.run("doctor").expect_code(0);
    assert_snapshot!(ran.out, @"✓ shop (yeapoo, $URL, shop): lists groups 1, materials 0, replies 1, keywords 2, menu 4; 8 remembered; not locked");
    assert_eq!(ran.err, "");
    assert!(world.calls().iter().all(|call| call.starts_with("GET ")), "a look writes nothing");
    let verbose = world.run("doctor -v").expect_code(0);
    assert!(verbose.out.trim_end().ends_with(" calls)"), "{}", verbose.out);
}

#[test]
fn one_account_that_the_vendor_does_not_know() {
    let world = applied();
    let other = "  cafe: {provider: yeapoo, base_url: \"${env.SANDBOX}\", info_id: caff}\n";
    world.write("mpform.yaml", &format!("{PROJECT}{other}"));
    let ran = world.run("doctor").expect_code(1);
    assert_snapshot!(ran.out, @"
    ✓ shop (yeapoo, $URL, shop): lists groups 1, materials 0, replies 1, keywords 2, menu 4; 8 remembered; not locked
    ✗ cafe (yeapoo, $URL, caff): the vendor does not know this account
    ");
    assert_snapshot!(ran.err.trim_end(), @"
    error[MP051]: cafe: the vendor does not know this account
    help: check `info_id`: an unknown one looks like an empty account, and what is made in it is lost
    ");
    world.run("doctor --account shop").expect_code(0);
    assert_eq!(world.writes(), Vec::<String>::new());
}

#[test]
fn another_account_than_the_state_remembers() {
    let world = applied();
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: demo"));
    let ran = world.run("doctor").expect_code(1);
    assert_eq!(ran.out.lines().count(), 1);
    ran.shows(&["✗ shop"]).says(&["error[MP063]: shop: it is not the account that the state remembers"]);
}

#[test]
fn a_state_that_cannot_be_read() {
    let world = applied();
    world.write(".mpform/state/default/shop.json", "{");
    world.run("doctor").expect_code(1).shows(&["✗ shop"]).says(&["error[MP070]"]);
}

#[test]
fn a_vendor_in_trouble() {
    let world = applied();
    world.sandbox.fault(Rule::new("GET", "/keyword", Fault::Status { status: 403 }).always());
    world.run("doctor").expect_code(1).shows(&["✗ shop"]).says(&["error[MP05"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}
