// An answer as omaha-client reads it: a line an app, a line a package.
// SPDX-License-Identifier: Apache-2.0
use crate::Trouble;
use omaha_client::protocol::response::{OmahaStatus, parse_json_response};

fn word(status: &OmahaStatus) -> String {
    match status {
        OmahaStatus::Ok => "ok".to_string(),
        OmahaStatus::Restricted => "restricted".to_string(),
        OmahaStatus::NoUpdate => "noupdate".to_string(),
        OmahaStatus::Error(word) => word.clone(),
    }
}

pub fn parse(file: &str) -> Result<(), Trouble> {
    let response = parse_json_response(&std::fs::read(file)?)?;
    for app in &response.apps {
        println!("app {} {}", app.id, word(&app.status));
        let Some(check) = &app.update_check else { continue };
        println!("updatecheck {}", word(&check.status));
        for url in check.get_all_url_codebases() {
            println!("url {url}");
        }
        let Some(version) = app.get_manifest_version() else { continue };
        println!("manifest {version}");
        for package in check.get_all_packages() {
            println!("package {} {}", package.name, package.size.unwrap_or_default());
        }
    }
    Ok(())
}
