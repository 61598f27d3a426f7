//! Running the program.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tokenwire::sim::{Options, Server};

/// Far longer than anything here takes; it only turns a hang into a failure.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// The key in the environment of every run.
pub(crate) const KEY: &str = "a-key-for-tests";

pub(crate) fn server() -> Server {
    Server::start(Options::default()).expect("a free port on loopback")
}

/// The program with an environment that holds nothing.
pub(crate) fn bare(arguments: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokenwire"));
    command.args(arguments).env_clear().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// `tokenwire run` against `url`, which stands in for OpenAI.
pub(crate) fn run_at(url: &str, arguments: &[&str]) -> Command {
    let mut command = bare(&["run", "--timeout", "60s"]);
    command.args(arguments).env("OPENAI_API_KEY", KEY).env("OPENAI_BASE_URL", url);
    command
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let ran = Self {
            code: output.status.code().expect("no signal ended it"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        };
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        ran
    }
}

pub(crate) fn finish(command: &mut Command) -> Ran {
    command.output().expect("the program starts").into()
}

/// The same with `input` on standard input.
pub(crate) fn feed(command: &mut Command, input: impl AsRef<[u8]>) -> Ran {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
    // It may end without reading.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_ref());
    child.wait_with_output().expect("it ends").into()
}

/// A new folder of the test's own; removed when it is dropped.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tokenwire-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        Self(folder)
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("a file for the test");
        path.to_str().expect("a path that is text").into()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
