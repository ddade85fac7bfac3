//! Whom a connection is trusted to reach: nobody but who can show it, and `ca_cert` adds to that and lifts nothing.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::plan::SHOP;
use crate::world::World;

const ROOT: &str = include_str!("data/tls/root.pem");
const SERVER: &[u8] = include_bytes!("data/tls/server.pem");
const KEY: &[u8] = include_bytes!("data/tls/server.key");

/// The sandbox behind TLS, as `localhost`: its certificate is for that name only. Its thread ends with the tests.
fn guarded(sandbox: SocketAddr) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            CertificateDer::pem_slice_iter(SERVER).collect::<Result<_, _>>().expect("a certificate"),
            PrivateKeyDer::from_pem_slice(KEY).expect("a key"),
        )
        .expect("a server");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let config = Arc::clone(&config);
            std::thread::spawn(move || {
                let connection = ServerConnection::new(config).expect("a connection");
                let _ = pass_on(&mut StreamOwned::new(connection, stream), sandbox);
            });
        }
    });
    port
}

/// One request and its answer.
fn pass_on(
    client: &mut StreamOwned<ServerConnection, TcpStream>,
    sandbox: SocketAddr,
) -> std::io::Result<()> {
    let (mut seen, mut chunk) = (vec![], [0; 4096]);
    let (end, length) = loop {
        let read = client.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        seen.extend_from_slice(&chunk[..read]);
        if let Some(end) = seen.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&seen[..end]).to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            break (end, length.unwrap_or_default());
        }
    };
    while seen.len() < end + 4 + length {
        let read = client.read(&mut chunk)?;
        seen.extend_from_slice(&chunk[..read]);
    }
    let mut server = TcpStream::connect(sandbox)?;
    server.write_all(&seen[..end])?;
    server.write_all(b"\r\nConnection: close")?;
    server.write_all(&seen[end..])?;
    let mut answer = vec![];
    server.read_to_end(&mut answer)?;
    client.write_all(&answer)?;
    client.conn.send_close_notify();
    client.flush()
}

fn world(settings: &str) -> World {
    let world = World::empty();
    world.assets().shop(&format!("{SHOP}materials: {{poster: {{image: assets/poster.jpg}}}}\n"));
    world.write("certs/root.pem", ROOT);
    let port = guarded(world.sandbox.address());
    let settings = settings.replace("PORT", &port.to_string());
    world.write(
        "mpform.yaml",
        &format!("version: 1\ninclude: [shop.yaml]\naccounts:\n  shop: {{provider: yeapoo, info_id: shop, {settings}}}\n"),
    );
    world
}

#[test]
fn who_is_vouched_for_by_nobody_is_refused() {
    let world = world("base_url: \"https://localhost:PORT\"");
    for command in ["plan", "apply --yes", "doctor"] {
        world.run(command).expect_code(1).says(&[
            "can't trust localhost:",
            "its certificate is signed by nobody that this machine trusts",
            "help: if the server is your own, name the root that signed it as `ca_cert: certs/root.pem`",
        ]);
    }
    assert_eq!(world.calls(), Vec::<String>::new(), "nothing was sent");
}

#[test]
fn a_root_of_the_account_vouches_for_reads_writes_uploads_and_downloads() {
    let world = world("base_url: \"https://localhost:PORT\", ca_cert: certs/root.pem");
    world.apply();
    world.settled();
    let uploads = |call: &&String| call.starts_with("POST image");
    assert_eq!(world.calls().iter().filter(uploads).count(), 1);
}

#[test]
fn an_export_takes_the_root_along() {
    let world = world("base_url: \"https://localhost:PORT\", ca_cert: certs/root.pem");
    world.apply();
    world.run("export shop -o out").expect_code(0);
    assert_eq!(std::fs::read_to_string(world.path("out/certs/root.pem")).expect("is there"), ROOT);
    let planned = world.run("--project out plan --detailed-exitcode");
    assert_eq!(planned.code, Some(0), "{}{}", planned.out, planned.err);
}

#[test]
fn another_host_is_refused_whoever_vouches_for_it() {
    let world = world("base_url: \"https://127.0.0.1:PORT\", ca_cert: certs/root.pem");
    world.run("plan").expect_code(1).says(&[
        "can't trust 127.0.0.1:",
        "its certificate is for another host",
        "help: check the address; a certificate for another name is refused whoever signed it",
    ]);
    assert_eq!(world.calls(), Vec::<String>::new(), "nothing was sent");
}

#[test]
fn what_is_no_root_is_told_where_it_is_named() {
    let world = world("base_url: \"https://localhost:PORT\", ca_cert: shop.yaml");
    world
        .run("validate")
        .expect_code(1)
        .says(&["error[MP177]: `shop.yaml` is no root: it holds no certificate", "--> mpform.yaml:4:"]);
}

#[test]
fn an_address_in_the_clear_is_warned_of() {
    let world = World::empty();
    world.shop(SHOP);
    let project = "version: 1\ninclude: [shop.yaml]\naccounts:\n  shop: {provider: yeapoo, info_id: shop, base_url: \"http://gate.invalid\"}\n";
    world.write("mpform.yaml", project);
    world
        .run("validate")
        .expect_code(0)
        .says(&["warning[MP176]: `base_url` sends everything to gate.invalid unencrypted"]);
    world.run("plan").expect_code(1).says(&["warning[MP176]"]);
    world.write("mpform.yaml", &format!("{project}policy: {{lint: {{MP176: off}}}}\n"));
    assert!(!world.run("validate").expect_code(0).err.contains("MP176"));
}

/// Neither what this machine trusts nor its proxies have a part in what stays on it: calls, and files that go out.
#[test]
fn plain_http_to_this_machine_needs_no_roots_and_goes_through_no_proxy() {
    let nowhere = ["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, "http://127.0.0.1:9"));
    let nothing = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "/nowhere"));
    let variables = nowhere.into_iter().chain(nothing);
    let variables: Vec<_> = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let inside = world("base_url: \"${env.SANDBOX}\"").given(&variables);
    inside.apply();
    inside.settled();
    let outside = world("base_url: \"https://localhost:PORT\"").given(&variables);
    outside.run("plan").expect_code(1).says(&[
        "error[MP050]: shop: GET",
        "can't set up HTTP: ",
        "help: see to this machine's TLS set-up",
    ]);
}
