//! The harness: one sandbox and one project folder for each test, and the real binary run in between.
//!
//! Nothing here waits for time to pass, except for typing at a terminal: the sandbox's clock is logical, and what a test
//! waits for it sees in the sandbox's journal. Every child process has an end, whatever becomes of it.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mpform::sandbox::{Entry, Running, Sandbox, Seed};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

#[cfg(target_os = "linux")]
mod bounds;

/// How long a child process may take before it is killed and the test fails.
pub(crate) const BOUND: Duration = Duration::from_secs(240);

/// The program.
const BINARY: &str = env!("CARGO_BIN_EXE_mpform");

/// The project every test begins with: one account at the sandbox, its resources in `shop.yaml`.
pub(crate) const PROJECT: &str = "\
version: 1
include: [shop.yaml]
accounts:
  shop: {provider: yeapoo, base_url: \"${env.SANDBOX}\", info_id: shop}
";

/// An account with twelve followers and nothing else.
pub(crate) const FOLLOWERS: &str = "\
accounts:
  shop:
    app_id: wx1
    app_secret: s
    crowd: [{prefix: o-, count: 12, nickname: 顾客}]
";

/// A sandbox, a project folder, and the binary.
pub(crate) struct World {
    pub(crate) sandbox: Running,
    folder: TempDir,
    variables: Vec<(String, String)>,
    // Last, so that the sandbox still has a runtime while it stops.
    _runtime: Runtime,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    /// None if a signal ended it.
    pub(crate) code: Option<i32>,
}

impl World {
    /// A world whose sandbox begins with this seed, and the project [`PROJECT`] without resources yet.
    pub(crate) fn new(seed: &str) -> Self {
        Self::with(Sandbox::new().seed(Seed::yaml(seed)))
    }

    /// An account with followers only.
    pub(crate) fn empty() -> Self {
        Self::new(FOLLOWERS)
    }

    /// A world in which this has been applied to an account with followers only. Calls count from then on.
    pub(crate) fn applied(shop: &str) -> Self {
        let world = Self::empty();
        world.shop(shop);
        world.apply();
        world.calls();
        world
    }

    /// A world around this sandbox.
    pub(crate) fn with(sandbox: Sandbox) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("runs");
        let address = "127.0.0.1:0".parse().expect("an address");
        let sandbox = runtime.block_on(sandbox.start(address)).expect("the sandbox starts");
        let world = Self {
            sandbox,
            folder: tempfile::tempdir().expect("a folder"),
            variables: vec![],
            _runtime: runtime,
        };
        world.write("mpform.yaml", PROJECT);
        world
    }

    /// The same with further environment variables for every command.
    pub(crate) fn given(self, variables: &[(String, String)]) -> Self {
        Self { variables: variables.to_vec(), ..self }
    }

    /// Writes what the account `shop` should hold.
    pub(crate) fn shop(&self, resources: &str) -> &Self {
        self.write("shop.yaml", &format!("account: shop\n{resources}"));
        self
    }

    /// Waits no longer than two seconds for an answer.
    pub(crate) fn impatient(&self) {
        let project = PROJECT.replace("info_id: shop}", "info_id: shop, limits: {timeout: 2s}}");
        self.write("mpform.yaml", &project);
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("makes the folder");
        std::fs::write(path, text).expect("writes");
    }

    /// Writes the files that configurations of materials name: of the two folders the second has other bytes under
    /// the same names.
    pub(crate) fn assets(&self) -> &Self {
        for (folder, edition) in [("assets", "first"), ("later", "second")] {
            for name in ["poster.jpg", "jingle.mp3", "hello.amr", "tour.mp4", "cover.jpg", "other.jpg"] {
                self.write(&format!("{folder}/{name}"), &format!("{edition} {name}"));
            }
        }
        self.write("spring.html", "<p>春天来了</p>\n");
        self
    }

    /// A path in the project's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The state file of the account `shop`.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.path(".mpform/state/default/shop.json")
    }

    /// Forgets all that is remembered, as if the folder were lost.
    pub(crate) fn lose_state(&self) {
        std::fs::remove_dir_all(self.path(".mpform")).expect("there is a state");
    }

    /// Runs the binary in the project's folder; arguments are split at blanks.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        self.start(arguments).end()
    }

    /// Runs the binary with arguments as they are.
    pub(crate) fn run_args(&self, arguments: &[&str]) -> Ran {
        self.spawn(arguments, &[]).end()
    }

    /// Runs the binary with further environment variables.
    pub(crate) fn run_with(&self, arguments: &str, variables: &[(&str, &str)]) -> Ran {
        self.spawn(&arguments.split_whitespace().collect::<Vec<_>>(), variables).end()
    }

    /// Starts the binary and does not wait for it.
    pub(crate) fn start(&self, arguments: &str) -> Started<'_> {
        self.spawn(&arguments.split_whitespace().collect::<Vec<_>>(), &[])
    }

    /// Runs the binary with lines on its standard input, which is no terminal.
    pub(crate) fn run_told(&self, arguments: &str, lines: &str) -> Ran {
        let words: Vec<_> = arguments.split_whitespace().collect();
        let mut started = self.begin_with(Command::new(BINARY), &words, &[], Stdio::piped());
        let mut input = started.child.stdin.take().expect("piped");
        // A command that asks for nothing may have ended without reading.
        let _ = input.write_all(lines.as_bytes());
        drop(input);
        started.end()
    }

    /// Runs the binary at a terminal: waits for each question and types the answer. All that shows is in `err`.
    #[cfg(target_os = "linux")]
    pub(crate) fn at_a_terminal(&self, arguments: &str, answers: &[(&str, &str)]) -> Ran {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exec script -qec \"$0 $*\" /dev/null >&2", BINARY]);
        let words: Vec<_> = arguments.split_whitespace().collect();
        let mut started = self.begin_with(command, &words, &[], Stdio::piped());
        let mut input = started.child.stdin.take().expect("piped");
        for (question, answer) in answers {
            if !started.until_it_says(question) {
                break;
            }
            // The question for a secret stands there a moment before the terminal ceases to show what is typed.
            std::thread::sleep(Duration::from_millis(300));
            let _ = writeln!(input, "{answer}");
        }
        let ran = started.end();
        drop(input);
        ran
    }

    fn spawn(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Started<'_> {
        self.begin(Command::new(BINARY), arguments, variables)
    }

    fn begin(&self, command: Command, arguments: &[&str], variables: &[(&str, &str)]) -> Started<'_> {
        self.begin_with(command, arguments, variables, Stdio::null())
    }

    fn begin_with(
        &self,
        mut command: Command,
        arguments: &[&str],
        variables: &[(&str, &str)],
        input: Stdio,
    ) -> Started<'_> {
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs([("NO_COLOR", "1"), ("COLUMNS", "100"), ("USER", "tester"), ("HOSTNAME", "here")])
            .env("SANDBOX", self.sandbox.url())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .envs(variables.iter().copied())
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        // Both are read from the start: a child that fills a pipe nobody reads stands still.
        let (shown, said) = (Arc::default(), Arc::default());
        let out = reading(child.stdout.take().expect("piped"), Arc::clone(&shown));
        let err = reading(child.stderr.take().expect("piped"), Arc::clone(&said));
        Started { world: self, child, out, err, shown, said, arguments: arguments.join(" ") }
    }

    /// Applies, and everything must go well.
    #[track_caller]
    pub(crate) fn apply(&self) -> Ran {
        self.run("apply --yes").expect_code(0)
    }

    /// The plan as the object that `plan --json` prints.
    #[track_caller]
    pub(crate) fn plan(&self) -> Value {
        self.run("plan --json").expect_code(0).json()
    }

    /// Checks that there is nothing left to do.
    #[track_caller]
    pub(crate) fn settled(&self) {
        let ran = self.run("plan --json --detailed-exitcode");
        assert_eq!(ran.code, Some(0), "something is left to do: {}\n{}", ran.out, ran.err);
        assert_eq!(ran.json()["changes"], Value::Array(vec![]));
    }

    /// What the sandbox holds of the account `shop`.
    pub(crate) fn live(&self) -> Value {
        self.sandbox.state()["yeapoo"]["accounts"]["shop"].clone()
    }

    /// The calls that change something since the last look, without account and ids.
    pub(crate) fn writes(&self) -> Vec<String> {
        let calls = self.sandbox.writes().iter().map(call).collect();
        self.sandbox.clear_journal();
        calls
    }

    /// All calls since the last look, without account and ids.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.sandbox.journal().iter().map(call).collect();
        self.sandbox.clear_journal();
        calls
    }

    /// Does something by hand, behind mpform's back; gives what the vendor answers.
    #[track_caller]
    pub(crate) fn hand(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.sandbox.call(method, &format!("/v1/shop/{path}"), body);
        let answer = answer.value();
        assert_eq!(answer["code"], 200, "{method} {path}: {answer}");
        answer["data"].clone()
    }

    /// Uploads a file by hand; gives what the vendor answers.
    #[track_caller]
    pub(crate) fn upload(&self, path: &str, name: &str, content: &str) -> Value {
        let answer = self.sandbox.upload(&format!("/v1/shop/{path}"), name, content.as_bytes()).value();
        assert_eq!(answer["code"], 200, "{path}: {answer}");
        answer["data"].clone()
    }

    fn scrub(&self, text: &[u8]) -> String {
        let text = String::from_utf8_lossy(text);
        let folder = self.folder.path().to_string_lossy().into_owned();
        text.replace(self.sandbox.url(), "$URL").replace(&folder, "$DIR")
    }
}

/// A command that is under way.
pub(crate) struct Started<'a> {
    world: &'a World,
    child: Child,
    out: Receiver<Vec<u8>>,
    err: Receiver<Vec<u8>>,
    shown: Arc<Mutex<Vec<u8>>>,
    said: Arc<Mutex<Vec<u8>>>,
    arguments: String,
}

impl Started<'_> {
    /// Waits for the end. Both pipes close when the process ends, so waiting for them is waiting for it.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ran {
        let out = self.out.recv_timeout(BOUND);
        let err = self.err.recv_timeout(BOUND);
        let (Ok(out), Ok(err)) = (out, err) else {
            let _ = self.child.kill();
            panic!("`mpform {}` did not end within {BOUND:?}", self.arguments);
        };
        let status = self.child.wait().expect("it ended");
        Ran { out: self.world.scrub(&out), err: self.world.scrub(&err), code: status.code() }
    }

    /// Waits until something can be seen in the sandbox. False if the command ended first.
    #[track_caller]
    pub(crate) fn until(&mut self, seen: impl Fn(&Running) -> bool) -> bool {
        let give_up = tokio::time::Instant::now() + BOUND;
        loop {
            if seen(&self.world.sandbox) {
                return true;
            }
            if self.child.try_wait().expect("can be asked").is_some() {
                return seen(&self.world.sandbox);
            }
            assert!(tokio::time::Instant::now() < give_up, "what `{}` was to do never came", self.arguments);
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Waits until it says something on stderr. False if it ended first.
    #[cfg(unix)]
    pub(crate) fn until_it_says(&mut self, words: &str) -> bool {
        let said = Arc::clone(&self.said);
        self.until(|_| {
            let said = said.lock().expect("nobody panics with it");
            String::from_utf8_lossy(&said).contains(words)
        })
    }

    /// Waits until it shows something on stdout. False if it ended first.
    #[cfg(unix)]
    pub(crate) fn until_it_shows(&mut self, words: &str) -> bool {
        let shown = Arc::clone(&self.shown);
        self.until(|_| {
            let shown = shown.lock().expect("nobody panics with it");
            String::from_utf8_lossy(&shown).contains(words)
        })
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kills");
        self.end();
    }

    /// What Ctrl-C sends.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let status = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }
}

impl Ran {
    /// Checks how it ended.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Checks that each of these stands somewhere on stderr.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for words in words {
            assert!(self.err.contains(words), "no `{words}` in:\n{}\nstdout:\n{}", self.err, self.out);
        }
        self
    }

    /// Checks that each of these stands somewhere on stdout.
    #[track_caller]
    pub(crate) fn shows(self, words: &[&str]) -> Self {
        for words in words {
            assert!(self.out.contains(words), "no `{words}` in:\n{}\nstderr:\n{}", self.out, self.err);
        }
        self
    }

    /// Stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// Reads to the end in a thread of its own; `so_far` holds what has come already.
fn reading(mut from: impl Read + Send + 'static, so_far: Arc<Mutex<Vec<u8>>>) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut some = [0; 4096];
        while let Ok(length @ 1..) = from.read(&mut some) {
            so_far.lock().expect("nobody panics with it").extend_from_slice(&some[..length]);
        }
        let _ = send.send(std::mem::take(&mut *so_far.lock().expect("nobody panics with it")));
    });
    receive
}

/// A request without account and ids: `PUT keyword/…`.
pub(crate) fn call(entry: &Entry) -> String {
    let path =
        entry.path.strip_prefix("/v1/shop/").or(entry.path.strip_prefix("/v1/")).unwrap_or(&entry.path);
    format!("{} {}", entry.method, without_ids(path))
}

/// A text with `…` for each id that the vendor made: writes side by side get theirs in any order.
pub(crate) fn without_ids(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let word = |word: &str| {
        let is_id = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id { "…".to_owned() } else { word.to_owned() }
    };
    let mut done = String::new();
    let mut rest = text;
    while let Some(from) = rest.find(is_word) {
        let to = rest[from..].find(|c| !is_word(c)).map_or(rest.len(), |length| from + length);
        done += &rest[..from];
        done += &word(&rest[from..to]);
        rest = &rest[to..];
    }
    done + rest
}

/// One line for each change of a plan: action, address and the fields, sorted.
pub(crate) fn changes(plan: &Value) -> Vec<String> {
    let changes = plan["changes"].as_array().expect("changes");
    let line = |change: &Value| {
        let fields = change["fields"].as_array().expect("fields");
        let mut paths: Vec<_> = fields.iter().filter_map(|field| field["path"].as_str()).collect();
        paths.sort_unstable();
        let word = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
        let replace = if change["replace"] == true { " (replaced)" } else { "" };
        format!("{} {}{replace}: {}", word("action"), word("address"), paths.join(", "))
    };
    changes.iter().map(line).collect()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}
