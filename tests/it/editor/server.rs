//! The language server at the other end of a pipe.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::left_out::find;

/// A language server that looks at a folder. It ends with the test.
pub(super) struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    folder: PathBuf,
    asked: u64,
    /// What is wrong with a file, as the server said it last.
    problems: HashMap<String, Vec<Value>>,
}

impl Server {
    pub(super) fn start(folder: &Path) -> Self {
        let program = find(&["yaml-language-server"]).expect("it can run");
        let mut child = Command::new(program)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let folder = folder.canonicalize().expect("it is there");
        let mut server = Self { child, input, output, folder, asked: 0, problems: HashMap::new() };
        let root = server.uri("");
        let capabilities = json!({
            "workspace": {"configuration": true},
            "textDocument": {"completion": {}, "hover": {"contentFormat": ["markdown"]}, "publishDiagnostics": {}},
        });
        server.ask(
            "initialize",
            &json!({"processId": null, "rootUri": root, "capabilities": capabilities, "workspaceFolders": [{"uri": root, "name": "project"}]}),
        );
        server.tell("initialized", &json!({}));
        server
    }

    /// The labels that are offered.
    pub(super) fn completions(&mut self, file: &str, text: &str, position: &Value) -> Vec<String> {
        self.open(file, text);
        let params = json!({"textDocument": {"uri": self.uri(file)}, "position": position});
        let answer = self.ask("textDocument/completion", &params);
        let items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["label"].as_str().map(str::to_owned)).collect()
    }

    /// What is said of the word under the cursor.
    pub(super) fn hover(&mut self, file: &str, text: &str, position: &Value) -> String {
        self.open(file, text);
        let params = json!({"textDocument": {"uri": self.uri(file)}, "position": position});
        self.ask("textDocument/hover", &params)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// What is wrong with the file.
    pub(super) fn problems(&mut self, file: &str, text: &str) -> Vec<Value> {
        let uri = self.uri(file);
        self.problems.remove(&uri);
        self.open(file, text);
        loop {
            if let Some(problems) = self.problems.get(&uri) {
                return problems.clone();
            }
            self.hear(None);
        }
    }

    fn uri(&self, file: &str) -> String {
        format!("file://{}", self.folder.join(file).display())
    }

    fn open(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.uri(file), "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", &json!({"textDocument": document}));
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.say(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            if let Some(answer) = self.hear(Some(id)) {
                return answer;
            }
        }
    }

    fn say(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it listens");
        self.input.flush().expect("it listens");
    }

    /// Takes one message in; gives back the answer if it is the one that is waited for.
    fn hear(&mut self, waiting: Option<u64>) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("it talks") > 0, "the server is gone");
            match line.trim() {
                "" => break,
                header => {
                    if let Some(said) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = said.trim().parse().expect("a length");
                    }
                }
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("it talks");
        let message: Value = serde_json::from_slice(&body).expect("JSON");
        match (message["method"].as_str(), message.get("id")) {
            (Some("textDocument/publishDiagnostics"), _) => {
                let uri = message["params"]["uri"].as_str().unwrap_or_default().to_owned();
                let problems = message["params"]["diagnostics"].as_array().cloned().unwrap_or_default();
                self.problems.insert(uri, problems);
            }
            // It asks for the user's settings: there are none beside the defaults.
            (Some("workspace/configuration"), Some(id)) => {
                let items = message["params"]["items"].as_array().map_or(1, Vec::len);
                let none = vec![json!({}); items];
                self.say(&json!({"jsonrpc": "2.0", "id": id, "result": none}));
            }
            (Some(_), Some(id)) => self.say(&json!({"jsonrpc": "2.0", "id": id, "result": null})),
            (None, Some(id)) if id.as_u64() == waiting => return Some(message["result"].clone()),
            _ => {}
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
