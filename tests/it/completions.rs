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
    for command in ["init", "validate", "schema", "plan", "apply", "state", "sandbox", "demo", "completions"]
    {
        let help = world.run(&format!("{command} --help")).expect_code(0);
        assert!(help.out.contains("Example:"), "{command}");
    }
}

#[test]
fn a_command_that_does_not_exist_is_an_error() {
    let world = World::empty();
    world.run("paln").expect_code(1).says(&["'plan'"]);
    world.run("plan --josn").expect_code(1).says(&["--json"]);
    world.run("").expect_code(1);
    world.run("plan --lock-timeout soon").expect_code(1).says(&["write a number and s, m or h"]);
}
