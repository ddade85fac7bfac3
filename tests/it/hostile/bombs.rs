//! Files that are small and stand for much, or are much and stand for nothing: refused in little memory and little time,
//! with the place and the bound. The system ends whoever takes more.

use crate::world::{PROJECT, Ran, World};

/// Kilobytes of memory, code and stacks of threads included, and seconds of a processor.
const BOUNDS: &str = "ulimit -v 3000000; ulimit -t 100";

struct Bomb {
    name: &'static str,
    file: String,
    says: &'static [&'static str],
}

fn bomb(name: &'static str, file: impl Into<String>, says: &'static [&'static str]) -> Bomb {
    Bomb { name, file: file.into(), says }
}

/// Ten of each before.
fn laughs() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for nth in 1..10 {
        let before = format!("*a{}, ", nth - 1).repeat(10);
        text += &format!("a{nth}: &a{nth} [{before}]\n");
    }
    text
}

fn vars_of_vars() -> String {
    let mut vars = format!("  v0: {}\n", "x".repeat(100));
    for nth in 1..12 {
        vars += &format!("  v{nth}: \"{}\"\n", format!("${{var.v{}}}", nth - 1).repeat(10));
    }
    format!("version: 1\naccounts: {{}}\nvars:\n{vars}")
}

fn bombs() -> Vec<Bomb> {
    let chain: String = (0..10_000).map(|nth| format!("  v{nth}: ${{var.v{}}}\n", nth + 1)).collect();
    let keys: String = (0..30_000).map(|nth| format!("key{nth}: 1\n")).collect();
    let depth = 20_000;
    vec![
        bomb(
            "aliases of aliases",
            laughs(),
            &["MP001", "mpform.yaml:6:", "aliases that stand for more than 1000000 values"],
        ),
        bomb(
            "aliases of a long text",
            format!("a: &a {}\nb: [{}]\n", "x".repeat(200_000), "*a, ".repeat(20_000)),
            &["MP001", "mpform.yaml:2:", "aliases that stand for more"],
        ),
        bomb("brackets", "[".repeat(depth), &["MP001", "mpform.yaml:1:", "nested more than 64 levels deep"]),
        bomb("braces", "{a: ".repeat(depth), &["MP001", "mpform.yaml:1:", "nested more than 64 levels deep"]),
        bomb("dashes", "- ".repeat(depth), &["MP001", "mpform.yaml:1:", "nested more than 64 levels deep"]),
        bomb(
            "question marks",
            "? ".repeat(depth),
            &["MP001", "mpform.yaml:1:", "nested more than 64 levels deep"],
        ),
        bomb(
            "a key many times",
            "a: 1\n".repeat(100_000),
            &["MP004", "mpform.yaml:2:1", "`a` is there twice", "more problems are not shown"],
        ),
        bomb("keys that nobody knows", format!("version: 1\n{keys}"), &["MP003", "unknown key `key0`"]),
        bomb(
            "documents that are none",
            format!("version: 1\naccounts: {{}}\n{}", "--- a\n".repeat(50_000)),
            &["expected a document"],
        ),
        bomb("vars of vars", vars_of_vars(), &["MP171", "mpform.yaml:", "vars put more than 64 MiB"]),
        bomb(
            "a chain of vars",
            format!("version: 1\naccounts: {{}}\nvars:\n{chain}  v10000: x\n"),
            &["MP171", "more than 64 others"],
        ),
        bomb(
            "values for missing values",
            format!(
                "version: 1\naccounts: {{}}\nvars: {{a: \"{}{}\"}}\n",
                "${var.b:-".repeat(5_000),
                "}".repeat(5_000)
            ),
            &["MP171", "mpform.yaml:3:", "more than 64 values stand inside of each other"],
        ),
        bomb(
            "a long line",
            format!("version: 1\nx: [{}, }}\n", "'yyyyyyyy', ".repeat(200_000)),
            &["MP001", "mpform.yaml:2:"],
        ),
        bomb(
            "a long text that is wrong",
            format!("version: '{}'\n", "y".repeat(2_000_000)),
            &["mpform.yaml:1:"],
        ),
        bomb("no end of a text", format!("version: 1\nx: \"{}", "y\n".repeat(500_000)), &["MP001"]),
    ]
}

fn bounded(world: &World, command: &str) -> Ran {
    world.run_in_a_shell(BOUNDS, command)
}

#[test]
fn a_bomb_is_refused_within_bounds() {
    for Bomb { name, file, says } in bombs() {
        let world = World::empty();
        world.write("mpform.yaml", &file);
        for command in ["validate", "plan"] {
            let ran = bounded(&world, command);
            assert_eq!(ran.code, Some(1), "{name}: `{command}`: {}", &ran.err[..ran.err.len().min(500)]);
            for says in says {
                assert!(
                    ran.err.contains(says),
                    "{name}: `{command}` does not say {says}: {}",
                    &ran.err[..ran.err.len().min(3000)]
                );
            }
            assert!(ran.err.len() < 2_000_000, "{name}: `{command}` says {} bytes", ran.err.len());
        }
        let ran = bounded(&world, "fmt --check");
        assert!(
            matches!(ran.code, Some(0 | 1)),
            "{name}: `fmt`: {:?} {}",
            ran.code,
            &ran.err[..ran.err.len().min(500)]
        );
    }
}

#[test]
fn a_bomb_in_an_included_file_is_named_there() {
    let world = World::empty();
    world.write("shop.yaml", &laughs());
    let ran = bounded(&world, "validate").expect_code(1);
    assert!(ran.err.contains("shop.yaml:6:"), "{}", ran.err);
    let huge = std::fs::File::create(world.path("shop.yaml")).expect("makes it");
    huge.set_len(65 * 1024 * 1024).expect("costs no disk");
    let ran = bounded(&world, "validate").expect_code(1);
    assert!(
        ran.err.contains("it is larger than 64 MiB") && ran.err.contains("mpform.yaml:2:"),
        "{}",
        ran.err
    );
}

#[test]
fn lists_and_files_of_ours_may_be_broken_in_any_way() {
    let world = World::empty();
    world.shop("groups: {vip: {members_file: vip.csv}}\n");
    for csv in [
        format!("\"{}", "o-\n".repeat(300_000)),
        "\"".repeat(1_000_001),
        format!("a{}", ",".repeat(1_000_000)),
    ] {
        world.write("vip.csv", &csv);
        let ran = bounded(&world, "validate");
        assert!(matches!(ran.code, Some(0 | 1)), "{}", ran.err);
        assert!(ran.err.len() < 20_000, "{} bytes", ran.err.len());
    }
    world.shop("keywords: {}\n");
    for json in [
        "[".repeat(1_000_000),
        "{\"version\":1,\"a\":".repeat(100_000),
        "{\"version\": 1, \"serial\": ".to_owned() + &"9".repeat(1_000_000),
    ] {
        std::fs::create_dir_all(world.path(".mpform/state/default")).expect("folders");
        world.write(".mpform/state/default/shop.json", &json);
        world.write("plan.json", &json);
        for command in ["plan", "state list", "apply plan.json"] {
            let ran = bounded(&world, command).expect_code(1);
            assert!(ran.err.contains("is broken") && ran.err.len() < 20_000, "{command}: {}", ran.err.len());
        }
    }
}

#[test]
fn what_is_large_and_right_passes() {
    let world = World::empty();
    world.write("mpform.yaml", &PROJECT.replace("[shop.yaml]", "[\"rules/*.yaml\"]"));
    for file in 0..5 {
        let rules: String = (0..400)
            .map(|nth| {
                format!(
                    "  规则{file}-{nth}: {{match: [词{file}-{nth}], reply: {{text: {}}}}}\n",
                    "每天十点到二十二点".repeat(8)
                )
            })
            .collect();
        world.write(&format!("rules/{file}.yaml"), &format!("account: shop\nkeywords:\n{rules}"));
    }
    let ran = bounded(&world, "validate").expect_code(0);
    assert!(ran.out.contains("2000 resources"), "{}", ran.out);
    bounded(&world, "fmt").expect_code(0);
    bounded(&world, "fmt --check").expect_code(0);
}
