//! A schedule and its file: JSON Lines, made to be compared line by line.
//!
//! First six lines of header, each with one part of it; then one line for each pick that was not the default; then the
//! recorded answers of a system host; last the footer. A schedule without picks is the default run. Left out: whether the
//! program at hand is the recorded one, and following the picks (`choice::Replay`).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use choice::{ChoiceKind, Pick};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::content::{Content, Written, sha256};
use crate::error::Error;

/// The format that is written and read.
pub const FORMAT: &str = "raddle-schedule/1";

/// A recorded run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// What was run, and how.
    pub header: Header,
    /// The picks that were not the default, in the order of the run.
    pub picks: Vec<Pick>,
    /// What a system host answered, in the order of the run; empty for a virtual host, which can be asked again.
    pub answers: Vec<Answer>,
    /// How the run ended.
    pub footer: Footer,
}

/// What was run, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The program that wrote the file, with its version.
    pub tool: String,
    /// The component.
    pub program: Program,
    /// What was called.
    pub call: Call,
    /// The host.
    pub host: Host,
    /// What the results may depend on besides.
    pub config: Config,
    /// Who picked.
    pub strategy: Strategy,
}

/// The component that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its path as given, for people.
    pub path: String,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
}

impl Program {
    /// A program by its path and the bytes of its file.
    pub fn new(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self { path: path.into(), sha256: sha256(bytes) }
    }

    /// Whether bytes are those that were recorded.
    pub fn is(&self, bytes: &[u8]) -> bool {
        self.sha256 == sha256(bytes)
    }
}

/// What was called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The entry point: an export, or a call as `--invoke` takes it.
    pub entry: String,
    /// The arguments of a command.
    pub arguments: Vec<String>,
}

/// Which kind of host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HostKind {
    /// In memory, answers the same each time.
    Virtual,
    /// The system; what it answered is recorded.
    System,
}

/// The host of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Which kind.
    pub kind: HostKind,
    /// What flags granted, as they were given, such as `--dir .::/data`.
    pub grants: Vec<String>,
    /// What the guest could read from stdin; for a system host what it read is among the answers.
    pub stdin: Vec<u8>,
    /// The file that declares what imports do, if there is one.
    pub script: Option<Program>,
}

/// What results may depend on besides program, inputs and picks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Switches as given to `-W`.
    pub switches: Vec<String>,
    /// Limits that were set, by name.
    pub limits: BTreeMap<String, u64>,
    /// The commit of the specification.
    pub revision: String,
}

/// Who picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strategy {
    /// The name of the strategy, such as `first` or `random`.
    pub name: String,
    /// The seed, for strategies that draw.
    pub seed: Option<u64>,
    /// The name and version of the generator, for strategies that draw, such as `choice::Seeded::GENERATOR`.
    pub generator: Option<String>,
}

/// What a system host answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The anchor of the question.
    pub anchor: String,
    /// The answer.
    pub content: Content,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// The outcome, such as `returned`, `exit 3`, or `trap` with the id of the rule.
    pub outcome: String,
    /// The hash of the final state.
    pub state_hash: u128,
    /// How many choices with more than one alternative there were.
    pub points: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormatLine {
    format: String,
    tool: String,
}

/// The host as it stands in files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostPart {
    kind: HostKind,
    grants: Vec<String>,
    stdin: Written,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    script: Option<Program>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PickLine {
    at: String,
    kind: String,
    alternatives: Vec<String>,
    pick: usize,
    name: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerLine {
    at: String,
    answer: Written,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FooterLine {
    outcome: String,
    state_hash: String,
    points: u64,
}

impl Schedule {
    /// The file's text, with all answers in it.
    ///
    /// # Panics
    /// When a pick names none of its alternatives.
    pub fn to_text(&self) -> String {
        self.text(None).expect("without a folder nothing is written")
    }

    /// Writes the file, and beside it `<path>.d/` with the large answers where there are any.
    ///
    /// # Errors
    /// When a file cannot be written.
    ///
    /// # Panics
    /// When a pick names none of its alternatives.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = self.text(Some(&folder_of(path)))?;
        fs::write(path, text).map_err(|error| Error::Io { path: path.to_owned(), error })
    }

    /// Reads a text that has all answers in it.
    ///
    /// # Errors
    /// When the text is no schedule of this format; the error says at which line, what was expected and what found.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Reader::new(text, None).schedule()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`Schedule::parse`], and when a file cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|error| Error::Io { path: path.to_owned(), error })?;
        Reader::new(&text, Some(folder_of(path))).schedule()
    }

    fn text(&self, folder: Option<&Path>) -> Result<String, Error> {
        let Header { tool, program, call, host, config, strategy } = &self.header;
        let mut lines = vec![
            json(&FormatLine { format: FORMAT.to_owned(), tool: tool.clone() }),
            part("program", program),
            part("call", call),
            part("host", &HostPart::new(host)),
            part("config", config),
            part("strategy", strategy),
        ];
        for pick in &self.picks {
            let Pick { kind, anchor, alternatives, picked } = pick.clone();
            let name = alternatives[picked].clone();
            lines.push(json(&PickLine { at: anchor, kind, alternatives, pick: picked, name }));
        }
        for (number, answer) in self.answers.iter().enumerate() {
            let written = Written::new(&answer.content, folder, number)?;
            lines.push(json(&AnswerLine { at: answer.anchor.clone(), answer: written }));
        }
        let Footer { outcome, state_hash, points } = &self.footer;
        let state_hash = format!("{state_hash:032x}");
        lines.push(json(&FooterLine { outcome: outcome.clone(), state_hash, points: *points }));
        Ok(lines.join("\n") + "\n")
    }
}

/// Where the large answers of a schedule file are.
fn folder_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".d");
    PathBuf::from(name)
}

fn json(line: &impl Serialize) -> String {
    serde_json::to_string(line).expect("lines have text keys and no floats out of range")
}

/// A line of the header.
fn part(name: &str, value: &impl Serialize) -> String {
    json(&BTreeMap::from([(name, value)]))
}

/// Reads a schedule line by line.
struct Reader<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    number: usize,
    folder: Option<PathBuf>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, folder: Option<PathBuf>) -> Self {
        Self { lines: text.lines().enumerate(), number: 0, folder }
    }

    fn schedule(mut self) -> Result<Schedule, Error> {
        let header = self.header()?;
        let (mut picks, mut answers) = (Vec::new(), Vec::new());
        let footer = loop {
            let expected = "a pick, an answer or the footer";
            let line = self.next(expected)?;
            let keys = self.keys(line, expected)?;
            let has = |key: &str| keys.iter().any(|k| k == key);
            if has("outcome") {
                break self.footer(line)?;
            } else if has("answer") {
                let AnswerLine { at, answer } = self.read(line, "an answer")?;
                answers.push(Answer { anchor: at, content: answer.content(self.number, self.folder.as_deref())? });
            } else if has("at") {
                picks.push(self.pick(line)?);
            } else {
                return Err(Error::line(
                    self.number,
                    expected,
                    format!("an object with the keys `{}`", keys.join("`, `")),
                ));
            }
        };
        match self.lines.find(|(_, line)| !line.trim().is_empty()) {
            Some((index, line)) => Err(Error::line(index + 1, "nothing after the footer", shorten(line))),
            None => Ok(Schedule { header, picks, answers, footer }),
        }
    }

    fn header(&mut self) -> Result<Header, Error> {
        let tool = self.format()?;
        let (program, call) = (self.part("program")?, self.part("call")?);
        let host = self.part::<HostPart>("host")?.host(self.number)?;
        let (config, strategy) = (self.part("config")?, self.part("strategy")?);
        Ok(Header { tool, program, call, host, config, strategy })
    }

    /// The first line, which says the format; a later version may have other fields in it.
    fn format(&mut self) -> Result<String, Error> {
        let expected = format!("the format `{FORMAT}`");
        let line = self.next(&expected)?;
        let value: Value =
            serde_json::from_str(line).map_err(|_| Error::line(self.number, &expected, shorten(line)))?;
        match value.get("format").and_then(Value::as_str) {
            Some(FORMAT) => Ok(self.read::<FormatLine>(line, &expected)?.tool),
            Some(found) if found.starts_with("raddle-schedule/") => Err(Error::Version { found: found.to_owned() }),
            Some(_) | None => Err(Error::line(self.number, expected, shorten(line))),
        }
    }

    fn part<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Error> {
        let expected = format!("the part `{name}` of the header");
        let line = self.next(&expected)?;
        let keys = self.keys(line, &expected)?;
        if keys != [name] {
            return Err(Error::line(self.number, expected, format!("an object with the keys `{}`", keys.join("`, `"))));
        }
        let mut part: BTreeMap<String, T> = self.read(line, &expected)?;
        Ok(part.remove(name).expect("the line has this key and no other"))
    }

    fn pick(&self, line: &str) -> Result<Pick, Error> {
        let PickLine { at, kind, alternatives, pick, name } = self.read(line, "a pick")?;
        if !ChoiceKind::ALL.iter().any(|known| known.name() == kind) {
            return Err(Error::line(self.number, "a kind of choice (`raddle rules` lists them)", format!("`{kind}`")));
        }
        if pick == 0 || pick >= alternatives.len() {
            let expected =
                format!("a pick that is not the default, from 1 to {}", alternatives.len().saturating_sub(1));
            return Err(Error::line(self.number, expected, pick.to_string()));
        }
        if name != alternatives[pick] {
            let expected = format!("the name of alternative {pick}, `{}`", alternatives[pick]);
            return Err(Error::line(self.number, expected, format!("`{name}`")));
        }
        Ok(Pick { kind, anchor: at, alternatives, picked: pick })
    }

    fn footer(&self, line: &str) -> Result<Footer, Error> {
        let FooterLine { outcome, state_hash, points } = self.read(line, "the footer")?;
        let digits = state_hash.len() == 32 && state_hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        let hash = u128::from_str_radix(&state_hash, 16).ok().filter(|_| digits);
        let wrong = || Error::line(self.number, "a state hash of 32 hexadecimal digits", format!("`{state_hash}`"));
        Ok(Footer { outcome, state_hash: hash.ok_or_else(wrong)?, points })
    }

    fn next(&mut self, expected: &str) -> Result<&'a str, Error> {
        self.number += 1;
        let line = self.lines.next().map(|(_, line)| line);
        line.ok_or_else(|| Error::line(self.number, expected, "the end of the file"))
    }

    fn keys(&self, line: &str, expected: &str) -> Result<Vec<String>, Error> {
        match serde_json::from_str(line) {
            Ok(Value::Object(fields)) => Ok(fields.keys().cloned().collect()),
            Ok(_) | Err(_) => Err(Error::line(self.number, expected, shorten(line))),
        }
    }

    fn read<T: DeserializeOwned>(&self, line: &str, expected: &str) -> Result<T, Error> {
        let wrong = |error: serde_json::Error| {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or_default();
            Error::line(self.number, expected, format!("at column {}: {what}", error.column()))
        };
        serde_json::from_str(line).map_err(wrong)
    }
}

impl HostPart {
    /// The host as it is written.
    pub fn new(host: &Host) -> Self {
        let stdin = Written::inline(&host.stdin);
        Self { kind: host.kind, grants: host.grants.clone(), stdin, script: host.script.clone() }
    }

    pub(crate) fn host(self, line: usize) -> Result<Host, Error> {
        match self.stdin.content(line, None)? {
            Content::Bytes(stdin) => Ok(Host { kind: self.kind, grants: self.grants, stdin, script: self.script }),
            Content::Json(value) => Err(Error::line(line, "stdin as text or hexadecimal digits", value.to_string())),
        }
    }
}

/// The beginning of a line, for messages.
fn shorten(line: &str) -> String {
    const LETTERS: usize = 60;
    let mut text: String = line.chars().take(LETTERS).collect();
    if line.chars().count() > LETTERS {
        text.push_str("...");
    }
    if text.is_empty() { "an empty line".to_owned() } else { format!("`{text}`") }
}
