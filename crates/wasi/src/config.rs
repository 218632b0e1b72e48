//! What a command is given: nothing but this.

/// Arguments and environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The arguments; the first is the program's name.
    pub args: Vec<String>,
    /// The variables, by name.
    pub env: Vec<(String, String)>,
}
