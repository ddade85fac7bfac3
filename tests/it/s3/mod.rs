//! The state in a bucket of a server that speaks Amazon's language and was not written here (moto).

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::buckets::gate::{Gate, Request, carry};
use crate::buckets::scenarios::{self, Service};
use crate::left_out::{can_run, find};
use crate::world::World;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server with an empty bucket; none where the program is missing.
fn service() -> Option<Service> {
    if !can_run("s3") {
        return None;
    }
    let program = find(&["moto_server"]).expect("it is there");
    let python = program.parent().expect("a folder").join("python3");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/s3/server.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("says its port");
    let port: u16 = line.trim().parse().expect("a port");
    let server = Mutex::new(Server(child));
    let gate = Gate::before(Arc::new(move |request| {
        // As long as the gate stands, so does the server.
        let _server = server.lock().expect("whole");
        carry(port, request)
    }));
    let variables = [("AWS_ACCESS_KEY_ID", "an-id"), ("AWS_SECRET_ACCESS_KEY", "a-secret")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let state = format!("{{backend: s3, bucket: team, endpoint: \"http://127.0.0.1:{}\"}}", gate.port);
    Some(Service { gate, state, variables, names: Box::new(move || names(port)) })
}

/// What lies in the bucket, by asking the server itself.
fn names(port: u16) -> Vec<String> {
    let head = "GET /team?list-type=2 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: AWS4-HMAC-SHA256 \
                Credential=an-id/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x\r\n\r\n";
    let request =
        Request { method: "GET".into(), target: "/team?list-type=2".into(), head: head.into(), body: vec![] };
    let answer = String::from_utf8(carry(port, &request)).expect("text");
    let keys = answer.split("<Key>").skip(1);
    keys.map(|rest| rest.split("</Key>").next().unwrap_or_default().to_owned()).collect()
}

fn by_it(scenario: impl Fn(Service)) {
    service().into_iter().for_each(scenario);
}

scenarios::every_scenario!(by_it);

#[test]
fn killed_at_every_write() {
    by_it(|service| scenarios::killed_at_writes(service, 1));
}

#[test]
fn a_bucket_that_is_not_there() {
    let Some(service) = service() else { return };
    let world = World::empty().given(&service.variables);
    world.shop("groups: {vip: {}}\n");
    let state = service.state.replace("bucket: team", "bucket: nobodys");
    world.write("mpform.yaml", &format!("{}state: {state}\n", crate::world::PROJECT));
    for command in ["plan", "apply --yes", "state list"] {
        world.run(command).expect_code(1).says(&["MP161", "there is no bucket s3://nobodys"]);
    }
    assert_eq!(world.writes(), Vec::<String>::new());
}
