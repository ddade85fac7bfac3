//! `mpform completions`, `--help` and `--version`.

use crate::world::World;

#[test]
fn every_shell_gets_a_script_with_every_command() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = world.run(&format!("completions {shell}")).expect_code(0);
        for command in ["init", "validate", "plan", "apply", "state", "sandbox", "demo", "schema"] {
            assert!(ran.out.contains(command), "{shell}: {command}");
        }
        assert_eq!(ran.err, "");
    }
    world.run("completions tcsh").expect_code(1).says(&["possible values"]);
}

#[test]
fn help_and_version_go_to_stdout() {
    let world = World::empty();
    let version = world.run("--version").expect_code(0);
    assert_eq!(version.out, format!("mpform {}\n", env!("CARGO_PKG_VERSION")));
    let help = world.run("--help").expect_code(0);
    assert!(help.out.contains("Exit codes: 0 done") && help.err.is_empty(), "{}", help.out);
    for command in
        ["init", "validate", "schema", "plan", "apply", "state", "sandbox", "demo", "completions", "man"]
    {
        let help = world.run(&format!("{command} --help")).expect_code(0);
        assert!(help.out.contains("Example:"), "{command}");
    }
}

#[test]
fn every_command_has_a_man_page() {
    let world = World::empty();
    let page = world.run("man").expect_code(0).out;
    assert!(page.contains(".TH mpform 1") && page.contains("mpform\\-plan(1)"), "{page}");
    let ran = world.run("man -o pages").expect_code(0);
    for name in ["mpform.1", "mpform-plan.1", "mpform-state-rm.1", "mpform-sop-run.1"] {
        assert!(ran.out.lines().any(|line| line == format!("pages/{name}")), "{}", ran.out);
        let page = std::fs::read_to_string(world.path("pages").join(name)).expect("reads");
        assert!(
            page.contains(".SH SYNOPSIS") && page.contains(&name.trim_end_matches(".1").replace('-', "\\-")),
            "{page}"
        );
    }
    assert!(!ran.out.contains("-help"), "{}", ran.out);
    let chinese = world.run("man --lang zh").expect_code(0).out;
    assert!(chinese.contains("用代码管理") || chinese.contains("项目目录"), "{chinese}");
    world.write("file", "");
    world.run("man -o file").expect_code(1).says(&["can't write file", "MP007"]);
}

#[test]
fn a_command_that_does_not_exist_is_an_error() {
    let world = World::empty();
    world.run("paln").expect_code(1).says(&["'plan'"]);
    world.run("plan --josn").expect_code(1).says(&["--json"]);
    world.run("").expect_code(1);
    world.run("plan --lock-timeout soon").expect_code(1).says(&["write a number and s, m or h"]);
}
