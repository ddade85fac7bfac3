//! The state in a bucket. The same is asked of every service; Amazon's language is also asked of a server that was not
//! written here, in `s3`.

mod fake;
pub(crate) mod gate;
pub(crate) mod scenarios;

use self::fake::{Fake, Speaks};
use self::scenarios::Service;

fn service(speaks: Speaks) -> Service {
    let (fake, gate) = Fake::start(speaks);
    let port = gate.port;
    let (state, variables): (String, &[(&str, &str)]) = match speaks {
        Speaks::S3 => (
            format!("{{backend: s3, bucket: team, endpoint: \"http://127.0.0.1:{port}\"}}"),
            &[("AWS_ACCESS_KEY_ID", "an-id"), ("AWS_SECRET_ACCESS_KEY", "a-secret")],
        ),
        Speaks::Oss => (
            format!("{{backend: oss, bucket: team, endpoint: \"http://localhost:{port}\"}}"),
            &[("ALIBABA_CLOUD_ACCESS_KEY_ID", "an-id"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "a-secret")],
        ),
        Speaks::Cos => (
            format!("{{backend: cos, bucket: team, endpoint: \"http://localhost:{port}\"}}"),
            &[("TENCENTCLOUD_SECRET_ID", "an-id"), ("TENCENTCLOUD_SECRET_KEY", "a-secret")],
        ),
        Speaks::Obs => (
            format!("{{backend: obs, bucket: team, endpoint: \"http://localhost:{port}\"}}"),
            &[("OBS_ACCESS_KEY_ID", "an-id"), ("OBS_SECRET_ACCESS_KEY", "a-secret")],
        ),
    };
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Service { gate, state, variables, names: Box::new(move || fake.names()) }
}

/// A bucket for a test of something else.
pub(crate) fn shared() -> Service {
    service(Speaks::S3)
}

const ALL: [Speaks; 4] = [Speaks::S3, Speaks::Oss, Speaks::Cos, Speaks::Obs];

#[track_caller]
fn each(scenario: impl Fn(Service)) {
    ALL.into_iter().for_each(|speaks| scenario(service(speaks)));
}

scenarios::every_scenario!(each);

#[test]
fn credentials_and_permissions() {
    each(scenarios::not_allowed);
}

#[test]
fn killed_at_every_write() {
    scenarios::killed_at_writes(service(Speaks::S3), 1);
}

/// What differs between the services is how they are written to, and not when.
#[test]
fn killed_at_some_writes() {
    for speaks in [Speaks::Oss, Speaks::Cos, Speaks::Obs] {
        scenarios::killed_at_writes(service(speaks), 4);
    }
}

#[test]
fn changes_side_by_side_share_their_writes() {
    use std::fmt::Write as _;
    let service = service(Speaks::S3);
    let world = service.world();
    let mut shop = "keywords:\n".to_owned();
    for nth in 0..48 {
        let _ = writeln!(shop, "  k{nth}: {{match: [k{nth}], reply: {{text: x}}}}");
    }
    world.shop(&shop);
    world.apply();
    let writes = service.gate.seen().iter().filter(|call| *call == "PUT shop.json").count();
    assert!(writes < 36, "{writes}");
}

#[test]
fn a_bucket_that_keeps_versions_holds_no_lock() {
    for speaks in [Speaks::Oss, Speaks::Cos] {
        let (fake, gate) = Fake::start(speaks);
        fake.keep_versions();
        let mut service = service(speaks);
        service.state = service.state.replace(&service.gate.port.to_string(), &gate.port.to_string());
        let world = service.world();
        world.run("apply --yes").expect_code(1).says(&[
            "MP161",
            "keeps earlier versions",
            "without versioning",
        ]);
        assert_eq!(world.writes(), Vec::<String>::new());
        assert_eq!(fake.names(), Vec::<String>::new(), "no lock is left");
    }
}

#[test]
fn what_is_written_of_a_bucket_is_checked() {
    let said = |state: &str, words: &[&str]| {
        let world = crate::world::World::empty();
        world.shop("groups: {vip: {}}\n");
        let project = crate::world::PROJECT.to_owned() + &format!("state: {state}\n");
        world.write("mpform.yaml", &project);
        world.run("validate").expect_code(1).says(words);
    };
    said("{bucket: team}", &["MP014", "mpform.yaml:5:9", "no `backend` is named"]);
    said("{backend: oss, bucket: team}", &["oss needs a `region`", "cn-hangzhou"]);
    said("{backend: s3}", &["s3 needs a `bucket`"]);
    said("{backend: s3, bucket: team, path: x}", &["`path` is for a folder"]);
    said(
        "{backend: s3, bucket: team, secret_access_key: x}",
        &["MP003", "stand in no file", "AWS_SECRET_ACCESS_KEY"],
    );
    said("{path: \"s3://team/x\"}", &["is no folder", "{backend: s3, bucket: team}"]);
    said("{backend: s3, bucket: team, endpoint: \"minio\"}", &["`endpoint` is no service's address"]);
}

#[test]
fn a_service_without_tls_is_warned_of_and_validate_needs_no_credentials() {
    let world = crate::world::World::empty();
    world.shop("groups: {vip: {}}\n");
    let project = crate::world::PROJECT.to_owned();
    world.write(
        "mpform.yaml",
        &(project.clone() + "state: {backend: s3, bucket: team, endpoint: \"http://minio.example\"}\n"),
    );
    world.run("validate").expect_code(0).says(&["MP176", "`endpoint` sends everything to"]);
    world.write(
        "mpform.yaml",
        &(project + "state: {backend: cos, bucket: team-1250000000, region: ap-guangzhou}\n"),
    );
    let ran = world.run("validate").expect_code(0);
    assert!(!ran.err.contains("MP16"), "{}", ran.err);
}
