//! `mpform doctor`: a line for each account, and what is wrong with it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use insta::assert_snapshot;

use crate::plan::SHOP;
use crate::world::{PROJECT, World};
use mpform::sandbox::{Fault, Rule};

#[test]
fn a_healthy_account() {
    let world = World::applied(SHOP);
    let ran = world.run("doctor").expect_code(0);
    assert_snapshot!(ran.out, @"✓ shop (yeapoo, $URL, shop): lists groups 1, materials 0, replies 1, keywords 2, menu 4; 8 remembered; not locked");
    assert_eq!(ran.err, "");
    assert!(world.calls().iter().all(|call| call.starts_with("GET ")), "a look writes nothing");
    let verbose = world.run("doctor -v").expect_code(0);
    assert!(verbose.out.trim_end().ends_with(" calls)"), "{}", verbose.out);
}

#[test]
fn one_account_that_the_vendor_does_not_know() {
    let world = World::applied(SHOP);
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
    let world = World::applied(SHOP);
    world.write("mpform.yaml", &PROJECT.replace("info_id: shop", "info_id: demo"));
    let ran = world.run("doctor").expect_code(1);
    assert_eq!(ran.out.lines().count(), 1);
    ran.shows(&["✗ shop"]).says(&["error[MP063]: shop: it is not the account that the state remembers"]);
}

#[test]
fn a_state_that_cannot_be_read() {
    let world = World::applied(SHOP);
    world.write(".mpform/state/default/shop.json", "{");
    world.run("doctor").expect_code(1).shows(&["✗ shop"]).says(&["error[MP070]"]);
}

#[test]
fn a_vendor_in_trouble() {
    let world = World::applied(SHOP);
    world.sandbox.fault(Rule::new("GET", "/keyword", Fault::Status { status: 403 }).always());
    world.run("doctor").expect_code(1).shows(&["✗ shop"]).says(&["error[MP05"]);
    assert_eq!(world.writes(), Vec::<String>::new());
}

/// A way to the sandbox on which every answer is of 2015.
fn of_2015(sandbox: SocketAddr) -> String {
    const THEN: &[u8] = b"date: Thu, 01 Jan 2015 00:00:00 GMT";
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(sandbox).expect("the sandbox is there");
            let (mut asking, mut asked) =
                (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
            std::thread::spawn(move || std::io::copy(&mut asking, &mut asked));
            std::thread::spawn(move || {
                let mut some = vec![0; 1 << 16];
                while let Ok(length @ 1..) = (&server).read(&mut some) {
                    let head = &mut some[..length];
                    if let Some(at) = head.windows(6).position(|words| words == b"date: ") {
                        head[at..at + THEN.len()].copy_from_slice(THEN);
                    }
                    if (&client).write_all(head).is_err() {
                        break;
                    }
                }
            });
        }
    });
    url
}

#[test]
fn a_clock_that_says_another_time_is_odd_and_no_error() {
    let world = World::empty();
    world.shop(SHOP);
    let ran = world.run_with("doctor", &[("SANDBOX", &of_2015(world.sandbox.address()))]).expect_code(0);
    ran.shows(&["✓ shop"]).says(&["warning[MP100]: shop: the vendor's clock is ", " days behind ours"]);
}
