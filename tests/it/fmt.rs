//! `mpform fmt`: ugly files become pretty, nothing else changes, and what can't be laid out is left alone.

use std::path::{Path, PathBuf};

use mpform::sandbox::{Sandbox, Seed};

use crate::world::{PROJECT, World, copy};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/fmt")
}

fn read(world: &World, name: &str) -> String {
    std::fs::read_to_string(world.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// `NAME.yaml` is ugly, `NAME.pretty.yaml` what comes of it. `MPFORM_UPDATE=1` writes the pretty ones anew.
#[test]
fn ugly_files_become_pretty() {
    let mut seen = 0;
    for entry in std::fs::read_dir(data()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".pretty.yaml") {
            continue;
        }
        let ugly = std::fs::read_to_string(&path).expect("a text");
        let pretty = mpform::layout::canonical(&name, &ugly).expect("it can be laid out");
        let expected = path.with_extension("pretty.yaml");
        if crate::readme::update() {
            std::fs::write(&expected, &pretty).expect("can be written");
        }
        assert_eq!(pretty, std::fs::read_to_string(expected).unwrap_or_default(), "{name}");
        assert_eq!(mpform::layout::canonical(&name, &pretty).as_deref(), Ok(pretty.as_str()), "{name}");
        seen += 1;
    }
    assert!(seen >= 4, "{seen} files");
}

#[test]
fn what_we_write_is_pretty_already() {
    let world = World::with(Sandbox::new().seed(Seed::Demo));
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), &world.path("examples"));
    world.run("init new").expect_code(0);
    world.write(
        "mpform.yaml",
        &PROJECT.replace("include: [shop.yaml]\n", "include: [\"demo/*.yaml\"]\n").replace("shop", "demo"),
    );
    world.run("export demo").expect_code(0);
    world.run("export demo -o fresh").expect_code(0);
    for project in ["examples/demo", "examples/shop", "new", "fresh"] {
        let ran = world.run(&format!("fmt --check --project {project}")).expect_code(0);
        assert_eq!(ran.out, "", "{project}");
    }
    // All files, whether a project includes them or not.
    world.run("fmt --check demo examples new fresh").expect_code(0);
}

#[test]
fn a_project_is_rewritten_once_and_its_diff_shown_before() {
    let world = World::empty();
    world.shop("groups:\n    vip:   {members: [ ]}  # 会员\n");
    let check = world.run("fmt --check").expect_code(1).says(&["1 file would change; run `mpform fmt`"]);
    insta::assert_snapshot!(check.out, @r"
    --- shop.yaml
    +++ shop.yaml
    @@ -1,3 +1,3 @@
     account: shop
     groups:
    -    vip:   {members: [ ]}  # 会员
    +  vip: {members: []}  # 会员
    ");
    assert_eq!(read(&world, "shop.yaml"), "account: shop\ngroups:\n    vip:   {members: [ ]}  # 会员\n");
    let ran = world.run("fmt").expect_code(0).says(&["1 file rewritten"]);
    assert_eq!(ran.out, "shop.yaml\n");
    assert_eq!(read(&world, "shop.yaml"), "account: shop\ngroups:\n  vip: {members: []}  # 会员\n");
    let ran = world.run("fmt").expect_code(0).says(&["2 files in the canonical layout already"]);
    assert_eq!(ran.out, "");
    world.run("fmt --check").expect_code(0);
}

#[test]
fn a_broken_file_is_shown_and_left_alone_while_others_are_laid_out() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("[shop.yaml]", "[  \"*.yaml\", no.yaml ]"));
    world.write("broken.yaml", "account: shop\ngroups: {a: [}\n");
    world.write("odd.yaml", "account:   shop\n? [a, b]\n: c\n");
    world.write("twice.yaml", "account:   shop\naccount: shop\n");
    let ran = world.run("fmt").expect_code(1);
    assert_eq!(ran.out, "mpform.yaml\ntwice.yaml\n");
    let ran = ran.says(&["MP001", "broken.yaml:2:14", "MP130", "odd.yaml:2:3", "`no.yaml` can't be read"]);
    assert!(ran.err.ends_with("2 files rewritten\n"), "{}", ran.err);
    assert_eq!(read(&world, "broken.yaml"), "account: shop\ngroups: {a: [}\n");
    assert_eq!(
        read(&world, "twice.yaml"),
        "account: shop\naccount: shop\n",
        "the duplicate is for validate to tell"
    );
    // Without its root file a project has no files.
    std::fs::remove_file(world.path("mpform.yaml")).expect("was there");
    world.run("fmt").expect_code(1).says(&["MP007", "mpform init"]);
    world.write("mpform.yaml", "version: [\n");
    world.run("fmt").expect_code(1).says(&["mpform.yaml:"]);
}

#[test]
fn paths_choose_files_and_never_lead_out() {
    let world = World::empty();
    for name in ["a/one.yaml", "a/b/two.yml", "a/.hidden/three.yaml", "a/notes.txt"] {
        world.write(name, "a:   1\n");
    }
    assert_eq!(world.run("fmt a").expect_code(0).out, "a/b/two.yml\na/one.yaml\n");
    assert_eq!(
        world.run("fmt a/.hidden/three.yaml a/notes.txt").expect_code(0).out,
        "a/.hidden/three.yaml\na/notes.txt\n"
    );
    world
        .run("fmt no.yaml a/one.yaml")
        .expect_code(1)
        .says(&["`no.yaml` can't be read: there is no such file"]);
    world.run("fmt ../elsewhere.yaml").expect_code(1).says(&["MP007"]);
    world.run("fmt /etc/passwd").expect_code(1).says(&["MP008", "not in the project folder", "mpform fmt -"]);
    world.run("fmt mpform.yaml --project a").expect_code(1).says(&["MP008"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_inside_the_project_only_and_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let world = World::empty();
    world.write("real/shop.yaml", "account:   shop\n");
    let mode = std::fs::Permissions::from_mode(0o604);
    std::fs::set_permissions(world.path("real/shop.yaml"), mode).expect("can be set");
    symlink("real/shop.yaml", world.path("shop.yaml")).expect("can be made");
    world.run("fmt").expect_code(0);
    assert!(world.path("shop.yaml").is_symlink());
    assert_eq!(read(&world, "real/shop.yaml"), "account: shop\n");
    let mode = std::fs::metadata(world.path("real/shop.yaml")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o604);

    let outside = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(outside.path(), "account:   shop\n").expect("writes");
    std::fs::remove_file(world.path("shop.yaml")).expect("there");
    symlink(outside.path(), world.path("shop.yaml")).expect("can be made");
    world.run("fmt").expect_code(1).says(&["MP008"]);
    world.run("fmt shop.yaml").expect_code(1).says(&["MP008"]);
    assert_eq!(std::fs::read_to_string(outside.path()).expect("there"), "account:   shop\n");

    std::fs::set_permissions(world.path("real/shop.yaml"), std::fs::Permissions::from_mode(0o444))
        .expect("set");
    world.write("other.yaml", "a:   1\n");
    world.run("fmt real/shop.yaml").expect_code(0).says(&["1 file in the canonical layout already"]);
    std::fs::remove_file(world.path("other.yaml")).expect("there");
    world.write("other.yaml", "a:   1\n");
    std::fs::set_permissions(world.path("other.yaml"), std::fs::Permissions::from_mode(0o444)).expect("set");
    world.run("fmt other.yaml").expect_code(1).says(&["MP132", "`other.yaml` may not be written"]);
    assert_eq!(read(&world, "other.yaml"), "a:   1\n");
    world.run("fmt --check other.yaml").expect_code(1).says(&["1 file would change"]);
}

#[test]
fn an_editor_pipes_a_file_through() {
    let world = World::empty();
    assert_eq!(world.run_told("fmt -", "account:   shop\r\n").expect_code(0).out, "account: shop\r\n");
    let ran = world.run_told("fmt -", "account: [\n").expect_code(1).says(&["MP001", "<stdin>:"]);
    assert_eq!(ran.out, "", "an editor must not take half of it");
    assert_eq!(world.run_told("fmt - --check", "a: 1\n").expect_code(0).out, "");
    world.run_told("fmt - --check", "a:  1\n").expect_code(1).shows(&["-a:  1\n+a: 1\n"]);
    world.run_told("fmt - mpform.yaml", "a: 1\n").expect_code(1).says(&["both `-` and files"]);
    assert_eq!(world.run_told("fmt -", "").expect_code(0).out, "");
}

#[test]
fn no_diff_shows_a_secret() {
    let world = World::empty();
    world.shop("groups: {}\n");
    world.write(
        "mpform.yaml",
        &PROJECT.replace("info_id: shop", "info_id:   shop, headers:   {Authorization:   'Bearer s3cr3t'}"),
    );
    let ran =
        world.run("fmt --check").expect_code(1).shows(&["info_id:   shop, headers:*", "+    headers:*"]);
    assert!(!ran.out.contains("s3cr3t"), "{}", ran.out);
    world.run("fmt").expect_code(0);
    assert!(read(&world, "mpform.yaml").contains("    headers: {Authorization: \"Bearer s3cr3t\"}\n"));
}
