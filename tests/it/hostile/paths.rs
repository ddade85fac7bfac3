//! No path leads out of the project, and nothing is written over what is something else.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::world::{PROJECT, World};

fn rules(world: &World) {
    world.shop("keywords:\n  a: {match: [a], reply: {text: b}}\n");
}

#[test]
fn what_a_command_makes_takes_the_place_of_nothing_else() {
    let world = World::empty();
    rules(&world);
    world.write("notes.html", "# mine\n");
    world.write("empty.html", "");
    world.apply();
    for (command, says) in [
        ("plan -o shop.yaml", "`shop.yaml` is something else"),
        ("plan -o mpform.yaml", "`mpform.yaml` is something else"),
        ("plan --html shop.yaml", "`shop.yaml` is something else"),
        ("preview -o shop.yaml", "`shop.yaml` is something else"),
        ("preview -o notes.html", "`notes.html` is something else"),
        ("preview -o .mpform/state/default/shop.json", "lies in the folder of the states"),
        ("plan -o .mpform/state/default/new.json", "lies in the folder of the states"),
        ("plan -o /dev/null", "`/dev/null` is no file"),
        ("test --junit shop.yaml", "`shop.yaml` is something else"),
    ] {
        let before = std::fs::read(world.path("shop.yaml")).expect("reads");
        let ran = world.run(command).expect_code(1);
        assert!(ran.err.contains("MP170") && ran.err.contains(says), "{command}: {}", ran.err);
        assert_eq!(std::fs::read(world.path("shop.yaml")).expect("reads"), before, "{command}");
    }
    world.run("preview -o empty.html").expect_code(0);
    world.run("preview -o empty.html").expect_code(0);
    world.run("plan -o plan.json").expect_code(0);
    world.run("plan -o plan.json").expect_code(0);
    world.settled();
}

#[test]
fn a_page_is_for_everybody_and_a_plan_is_not() {
    let world = World::empty();
    rules(&world);
    world.run("plan -o plan.json --html page.html").expect_code(0);
    world.run("test --junit tests.xml").expect_code(0);
    let mode = |name: &str| std::fs::metadata(world.path(name)).expect("there").permissions().mode() & 0o777;
    // As any other program would have made it, whatever the mask is.
    world.write("other", "");
    assert_eq!(
        (mode("plan.json"), mode("page.html"), mode("tests.xml")),
        (0o600, mode("other"), mode("other"))
    );
    world.run("export shop -o out").expect_code(0);
    assert_eq!(mode("out/mpform.yaml"), mode("other"));
}

#[test]
fn a_link_is_not_written_through_nor_replaced() {
    let world = World::empty();
    rules(&world);
    world.write("target", "");
    for name in ["target", "nothing"] {
        symlink(world.path(name), world.path("link")).expect("a link");
        for command in ["plan -o link", "plan --html link", "preview -o link", "test --junit link"] {
            let ran = world.run(command).expect_code(1);
            assert!(ran.err.contains("`link` is a link"), "{command}: {}", ran.err);
        }
        assert!(world.path("link").is_symlink() && !world.path("nothing").exists());
        std::fs::remove_file(world.path("link")).expect("goes");
    }
}

#[test]
fn no_file_that_is_named_lies_outside() {
    let outside = tempfile::tempdir().expect("a folder");
    std::fs::write(outside.path().join("secret.csv"), "geheim\n").expect("writes");
    let path = outside.path().join("secret.csv");
    let shown = path.display().to_string();
    let depth = "../".repeat(30);
    let away = format!("{depth}{}", shown.trim_start_matches('/'));
    let names = [
        shown.as_str(),
        away.as_str(),
        "link.csv",
        "folder/secret.csv",
        "C:\\secret.csv",
        "..\\x.csv",
        "a/../../x.csv",
        "//x/y.csv",
    ];
    for name in names {
        for resources in [
            format!("groups:\n  vip: {{members_file: '{name}'}}\n"),
            format!("materials:\n  a: {{image: '{name}'}}\n"),
            format!(
                "materials:\n  a:\n    news: [{{title: x, author: y, cover: cover.jpg, content_file: '{name}'}}]\n"
            ),
            format!("include: ['{name}']\n"),
        ] {
            let world = World::empty();
            symlink(&path, world.path("link.csv")).expect("a link");
            symlink(outside.path(), world.path("folder")).expect("a link");
            world.write("cover.jpg", "x");
            world.shop(&resources);
            let ran = world.run("validate").expect_code(1);
            assert!(ran.err.contains("leads out of the project folder"), "{name} {resources}: {}", ran.err);
            assert!(!ran.err.contains("geheim"), "{}", ran.err);
        }
        let world = World::empty();
        symlink(&path, world.path("link.csv")).expect("a link");
        symlink(outside.path(), world.path("folder")).expect("a link");
        rules(&world);
        world.write("mpform.yaml", &format!("{PROJECT}calendars: {{c: {{file: '{name}'}}}}\n"));
        let ran = world.run("validate").expect_code(1);
        assert!(ran.err.contains("leads out of the project folder"), "{name}: {}", ran.err);
    }
}

#[test]
fn the_states_do_not_lie_behind_a_link_that_leads_out() {
    let outside = tempfile::tempdir().expect("a folder");
    for link in [".mpform", ".mpform/state"] {
        for target in [outside.path().to_owned(), outside.path().join("none")] {
            let world = World::empty();
            rules(&world);
            if link != ".mpform" {
                std::fs::create_dir(world.path(".mpform")).expect("a folder");
            }
            symlink(&target, world.path(link)).expect("a link");
            for command in ["plan", "apply --yes", "validate"] {
                let ran = world.run(command).expect_code(1);
                assert!(ran.err.contains("`.mpform/state` leads out of the project folder"), "{}", ran.err);
            }
            assert_eq!(std::fs::read_dir(outside.path()).expect("lists").count(), 0);
        }
    }
    let world = World::empty();
    rules(&world);
    std::fs::create_dir(world.path("elsewhere")).expect("a folder");
    symlink(world.path("elsewhere"), world.path(".mpform")).expect("a link");
    world.apply();
    assert!(world.path("elsewhere/state/default/shop.json").exists());
}

#[test]
fn a_pattern_ends_in_a_circle_of_links() {
    let world = World::empty();
    rules(&world);
    std::fs::create_dir_all(world.path("a/b")).expect("folders");
    symlink(world.path(""), world.path("a/b/round")).expect("a link");
    symlink("/", world.path("a/world")).expect("a link");
    symlink("self", world.path("a/self")).expect("a link");
    world.write("mpform.yaml", &PROJECT.replace("[shop.yaml]", "[\"**/*.yaml\"]"));
    let ran = world.run("validate").expect_code(0);
    assert!(ran.out.contains("1 resource"), "{}{}", ran.out, ran.err);
    world.run("fmt --check").expect_code(0);
}

#[test]
fn a_pipe_is_no_file() {
    let world = World::empty();
    rules(&world);
    let made = std::process::Command::new("mkfifo").arg(world.path("pipe.yaml")).status();
    assert!(made.expect("runs").success());
    world.write("mpform.yaml", &PROJECT.replace("[shop.yaml]", "[pipe.yaml]"));
    let ran = world.run("validate").expect_code(1);
    assert!(ran.err.contains("it is no file"), "{}", ran.err);
}
