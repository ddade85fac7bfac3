//! `mpform init`: the first thing anybody sees, so it must work as it stands.

use insta::assert_snapshot;

use crate::world::World;

#[test]
fn a_new_project_validates_and_plans_against_the_sandbox() {
    let world = World::empty();
    let ran = world.run("init new").expect_code(0);
    assert_snapshot!(ran.out, @r#"
    new/mpform.yaml
    new/accounts/shop.yaml
    new/mpform.schema.json
    new/.vscode/settings.json
    new/.gitignore
    "#);
    assert_snapshot!(ran.err, @"next: `cd new`, edit accounts/shop.yaml, then `mpform validate`; to try it, `mpform sandbox` in another terminal and `mpform plan --env sandbox`");
    let valid = world.run("validate --project new").expect_code(0);
    assert_snapshot!(valid.out, @"valid: 8 resources in 1 account, 4 tests");
    // Its sandbox environment names the sandbox's usual port; this one listens elsewhere.
    let project = std::fs::read_to_string(world.path("new/mpform.yaml")).expect("written");
    world.write("new/mpform.yaml", &project.replace("http://127.0.0.1:7070", world.sandbox.url()));
    // As `init` tells to: no variable is set, since the environment names its own account.
    world.run("apply --yes --project new --env sandbox").expect_code(0);
    world.run("plan --detailed-exitcode --project new --env sandbox").expect_code(0);
}

#[test]
fn nothing_is_overwritten() {
    let world = World::empty();
    let ran = world.run("init .").expect_code(1);
    assert_snapshot!(ran.err, @r#"
    error: mpform.yaml would be overwritten in .; nothing was written
    help: choose an empty folder: mpform init DIR
    "#);
    assert_eq!(
        std::fs::read_to_string(world.path("mpform.yaml")).expect("still there"),
        crate::world::PROJECT
    );
    assert!(!world.path("accounts").exists(), "all or nothing");
}
