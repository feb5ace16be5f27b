// What Google's omaha-client does, as a command: `update` walks its state machine once against a server, `parse` reads
// an answer as it does, `serve` signs answers with its hash.
// SPDX-License-Identifier: Apache-2.0
mod parse;
mod serve;
mod update;
mod web;

use std::process::ExitCode;

/// Why the command did not do what it was asked.
pub type Trouble = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "omaha-peer update URL APPID VERSION KEYID PUBLIC.pem | parse FILE | serve PRIVATE.pem ANSWER";

fn run(words: &[&str]) -> Result<(), Trouble> {
    match words {
        ["update", url, app, version, id, key] => update::update(url, app, version, id, key),
        ["parse", file] => parse::parse(file),
        ["serve", key, answer] => serve::serve(key, answer),
        _ => Err(USAGE.into()),
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("omaha-peer: {trouble}");
            ExitCode::FAILURE
        }
    }
}
