//! The whole program against a vendor that does nothing but answer, beside the least that the same work costs:
//! `cargo bench --bench whole [words of the cases]`. Both run in turns, so that what else the machine does weighs on
//! both alike.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

mod bare;
mod measure;
mod project;
mod stub;

use measure::{Stub, Took, median, run};

/// Smaller than so many bytes it is to be.
const LARGEST: u64 = 12_000_000;

/// How often each is run; the one in the middle counts.
const TURNS: usize = 5;

/// What is measured.
struct Case {
    name: &'static str,
    rules: usize,
    files: usize,
    latency: u64,
    limits: &'static str,
    /// What stands there before each run.
    before: Before,
    command: &'static [&'static str],
    goal: Goal,
    /// What it is to need at most, in megabytes.
    memory: Option<u64>,
}

#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// No project at all.
    Nothing,
    /// Files and nothing else.
    Files,
    /// The vendor holds what is declared, and the state knows it.
    Applied,
    /// The same, and what was read of the vendor before is still there.
    Read,
    /// The vendor holds nothing.
    Empty,
}

/// What it is to stay below.
enum Goal {
    /// So many times what the bare client takes.
    Bare(f64),
    /// So many times calls × latency / 16.
    Limit(f64),
    Seconds(f64),
}

const AT_16: &str = "    limits: {concurrency: 16}\n";
const PLAN: &[&str] = &["plan"];
const COLD: &[&str] = &["--no-cache", "plan"];
const VALIDATE: &[&str] = &["validate"];

const fn case(name: &'static str, rules: usize, command: &'static [&'static str], goal: Goal) -> Case {
    Case {
        name,
        rules,
        files: 100,
        latency: 0,
        limits: "",
        before: Before::Applied,
        command,
        goal,
        memory: None,
    }
}

/// The table of the README, row by row.
const CASES: &[Case] = &[
    Case { files: 1, before: Before::Nothing, ..case("--version", 0, &["--version"], Goal::Seconds(0.003)) },
    Case { files: 1, before: Before::Files, ..case("validate 8", 8, VALIDATE, Goal::Seconds(0.010)) },
    Case { before: Before::Files, ..case("validate 10000", 10_000, VALIDATE, Goal::Seconds(0.2)) },
    Case {
        before: Before::Files,
        memory: Some(200),
        ..case("validate 100000", 100_000, VALIDATE, Goal::Seconds(2.5))
    },
    Case { files: 10, ..case("plan 1000", 1_000, COLD, Goal::Seconds(0.060)) },
    Case { memory: Some(45), ..case("plan 10000", 10_000, COLD, Goal::Bare(2.0)) },
    Case { memory: Some(250), ..case("plan 100000", 100_000, COLD, Goal::Seconds(6.5)) },
    Case { before: Before::Read, ..case("plan 10000, cache warm", 10_000, PLAN, Goal::Bare(2.0)) },
    case("plan 10000 --refresh=false", 10_000, &["plan", "--refresh=false"], Goal::Bare(1.0)),
    case("plan 10000 --html", 10_000, &["--no-cache", "plan", "--html", "plan.html"], Goal::Seconds(1.0)),
    Case {
        files: 10,
        latency: 20,
        limits: AT_16,
        ..case("plan 1000, 20 ms, 16 at once", 1_000, COLD, Goal::Limit(1.1))
    },
    Case {
        latency: 20,
        limits: AT_16,
        ..case("plan 10000, 20 ms, 16 at once", 10_000, COLD, Goal::Limit(1.05))
    },
    Case { latency: 20, ..case("plan 10000, 20 ms", 10_000, COLD, Goal::Limit(0.5)) },
    Case {
        files: 10,
        before: Before::Empty,
        ..case("apply 1000", 1_000, &["apply", "--yes"], Goal::Seconds(0.2))
    },
    Case {
        files: 10,
        latency: 20,
        limits: AT_16,
        before: Before::Empty,
        ..case("apply 1000, 20 ms, 16 at once", 1_000, &["apply", "--yes"], Goal::Limit(1.1))
    },
];

#[expect(clippy::print_stdout, reason = "it tells what it measured")]
#[expect(clippy::cast_precision_loss, reason = "far fewer bytes than a float can count")]
fn main() -> Result<()> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["stub", rules] => return Ok(stub::serve(rules.parse()?)?),
        ["bare", folder, port] => match bare::plan(Path::new(folder), port.parse()?)? {
            0 => return Ok(()),
            differ => bail!("{differ} rules differ"),
        },
        _ => {}
    }
    // `cargo bench` says so to every bench.
    args.retain(|arg| arg != "--bench");
    release()?;
    println!("{:32} {:>9} {:>7} {:>7}   {:>9} {:>7}   goal", "", "ours", "memory", "calls", "bare", "memory");
    for case in CASES.iter().filter(|case| args.iter().all(|word| case.name.contains(word.as_str()))) {
        println!("{}", case.measure().with_context(|| case.name)?);
    }
    if args.is_empty() {
        let size = std::fs::metadata(program())?.len();
        let verdict = if size < LARGEST { "" } else { "  MISSED" };
        println!("{:81}{:.2} of 12 MB{verdict}", "the program", size as f64 / 1e6);
    }
    Ok(())
}

/// Builds what is measured: the bench's own profile would measure a program that unwinds where it panics, and that is
/// not the one that people get. In a folder of its own, since cargo gives both the same names.
fn release() -> Result<()> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--locked", "--release", "--bin", "mpform", "--target-dir"]).arg(folder());
    ensure!(build.status()?.success(), "it can't be built");
    Ok(())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("released")
}

fn program() -> PathBuf {
    folder().join("release").join("mpform")
}

impl Case {
    fn measure(&self) -> Result<String> {
        let (mut ours, mut bare) = (vec![], vec![]);
        let turns = if self.latency > 0 || self.rules > 50_000 { 1 } else { TURNS };
        let mut place = Place::new(self)?;
        for _ in 0..turns {
            if self.before == Before::Empty {
                place = Place::new(self)?;
            }
            place.calls()?;
            let took = run(place.mpform().args(self.command))?;
            ours.push(Took { calls: place.calls()?, ..took });
            if let Some(stub) = place.stub.as_ref().filter(|_| self.before != Before::Empty) {
                let mut command = Command::new(std::env::current_exe()?);
                bare.push(run(command.arg("bare").arg(place.path()).arg(stub.port.to_string()))?);
            }
        }
        let ours = median(ours);
        let bare = (!bare.is_empty()).then(|| median(bare));
        Ok(self.line(ours, bare))
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer calls than a float can count")]
    fn line(&self, ours: Took, bare: Option<Took>) -> String {
        let wall = ours.wall.as_secs_f64();
        let limit = ours.calls as f64 * self.latency as f64 / 1000.0 / 16.0;
        let (value, most, what) = match self.goal {
            Goal::Bare(most) => {
                (wall / bare.map_or(f64::NAN, |bare| bare.wall.as_secs_f64()), most, "× the bare client")
            }
            Goal::Limit(most) => (wall / limit, most, "× calls × latency / 16"),
            Goal::Seconds(most) => (wall, most, "s"),
        };
        // A run may be over before anybody could look.
        let megabytes = |took: Took| took.memory.map(|bytes| bytes / 1_000_000).filter(|most| *most > 0);
        let memory = |took: Took| megabytes(took).map_or(String::new(), |most| format!("{most} MB"));
        let in_memory = |most| {
            format!(", {} of {most} MB", megabytes(ours).map_or("?".to_owned(), |needs| needs.to_string()))
        };
        let in_memory = self.memory.map_or(String::new(), in_memory);
        let too_much = self.memory.is_some_and(|most| megabytes(ours).is_none_or(|needs| needs > most));
        let verdict = if value <= most && !too_much { "" } else { "  MISSED" };
        let bare_wall = bare.map_or(String::new(), |bare| format!("{:.3} s", bare.wall.as_secs_f64()));
        let bare_memory = bare.map_or(String::new(), memory);
        format!(
            "{:32} {wall:>7.3} s {:>7} {:>7}   {bare_wall:>9} {bare_memory:>7}   {value:.3} of {most} {what}{in_memory}{verdict}",
            self.name,
            memory(ours),
            ours.calls,
        )
    }
}

/// A project and the vendor it is at.
struct Place {
    folder: tempfile::TempDir,
    stub: Option<Stub>,
}

impl Place {
    fn new(case: &Case) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let held = if case.before == Before::Empty { 0 } else { case.rules };
        let stub = match case.before {
            Before::Nothing | Before::Files => None,
            _ => Some(Stub::start(held)?),
        };
        let at = format!("http://127.0.0.1:{}", stub.as_ref().map_or(9, |stub| stub.port));
        project::write(folder.path(), case.rules, case.files, &at, case.limits)?;
        let place = Self { folder, stub };
        if matches!(case.before, Before::Applied | Before::Read) {
            run(place.mpform().args(["--no-cache", "apply", "--yes"]))?;
        }
        if case.before == Before::Read {
            run(place.mpform().args(PLAN))?;
        }
        if let Some(stub) = &place.stub {
            stub.slow_down(case.latency)?;
        }
        Ok(place)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    fn calls(&self) -> Result<usize> {
        self.stub.as_ref().map_or(Ok(0), Stub::calls)
    }

    fn mpform(&self) -> Command {
        let mut command = Command::new(program());
        command.arg("--project").arg(self.folder.path()).current_dir(self.folder.path());
        command
    }
}
