//! `mpform doctor`: a line for each account, and what is wrong with it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

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
    assert_snapshot!(ran.out, @"✓ shop (yeapoo, $URL, shop): lists groups 1, replies 1, keywords 2, menu 4; 8 remembered; not locked");
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
    ✓ shop (yeapoo, $URL, shop): lists groups 1, replies 1, keywords 2, menu 4; 8 remembered; not locked
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

/// A server of an empty account whose clock stopped long ago.
fn stopped_clock() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let asked = lines.next().unwrap_or_default();
            lines.find(String::is_empty);
            let data = match () {
                () if asked.contains("/group") => r#"{"total":0,"groups":[]}"#,
                () if asked.contains("/keyword?") => r#"{"keyword":[],"pagination":null}"#,
                () => "null",
            };
            let body = format!(r#"{{"code":200,"message":"OK","data":{data}}}"#);
            let head = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\nContent-Type: application/json\r\nConnection: close";
            let _ = write!(&stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    url
}

#[test]
fn a_clock_that_says_another_time_is_odd_and_no_error() {
    let world = World::empty();
    world.shop(SHOP);
    let ran = world.run_with("doctor", &[("SANDBOX", &stopped_clock())]).expect_code(0);
    ran.shows(&["✓ shop"]).says(&["warning[MP100]: shop: the vendor's clock is ", " days behind ours"]);
}
