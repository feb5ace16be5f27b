// One walk of omaha-client's state machine: check, "install", the events that belong to it; each step a line.
// SPDX-License-Identifier: Apache-2.0
use crate::Trouble;
use crate::web::{Door, get};
use futures::StreamExt as _;
use futures::lock::Mutex;
use omaha_client::app_set::VecAppSet;
use omaha_client::common::App;
use omaha_client::configuration::{Config, Updater};
use omaha_client::cup_ecdsa::{PublicKeyAndId, PublicKeys, StandardCupv2Handler};
use omaha_client::installer::stub::StubInstaller;
use omaha_client::metrics::StubMetricsReporter;
use omaha_client::policy::StubPolicyEngine;
use omaha_client::protocol::request::OS;
use omaha_client::protocol::response::Response;
use omaha_client::state_machine::{StateMachineBuilder, StateMachineEvent};
use omaha_client::storage::MemStorage;
use omaha_client::time::StandardTimeSource;
use omaha_client::time::timers::StubTimer;
use omaha_client::version::Version;
use sha2::{Digest as _, Sha256};
use std::error::Error;
use std::rc::Rc;

pub fn update(url: &str, app: &str, version: &str, id: &str, key: &str) -> Result<(), Trouble> {
    let latest = PublicKeyAndId { id: id.parse()?, key: std::fs::read_to_string(key)?.parse()? };
    let keys = PublicKeys { latest, historical: vec![] };
    let config = Config {
        updater: Updater { name: "omaha-peer".to_string(), version: Version::from([1, 0, 0, 0]) },
        os: OS {
            platform: "linux".to_string(),
            version: "12".to_string(),
            service_pack: String::new(),
            arch: "x64".to_string(),
        },
        service_url: url.to_string(),
        omaha_public_keys: Some(keys.clone()),
    };
    let version: Version = version.parse().map_err(|_| "no version")?;
    futures::executor::block_on(walk(config, App::builder().id(app).version(version).build(), &keys))
}

async fn walk(config: Config, app: App, keys: &PublicKeys) -> Result<(), Trouble> {
    let events = StateMachineBuilder::new(
        StubPolicyEngine::new(StandardTimeSource),
        Door,
        StubInstaller::default(),
        StubTimer,
        StubMetricsReporter,
        Rc::new(Mutex::new(MemStorage::new())),
        config,
        Rc::new(Mutex::new(VecAppSet::new(vec![app]))),
        Some(StandardCupv2Handler::new(keys)),
    )
    .oneshot_check()
    .await;
    futures::pin_mut!(events);
    while let Some(event) = events.next().await {
        tell(event)?;
    }
    Ok(())
}

fn tell(event: StateMachineEvent) -> Result<(), Trouble> {
    match event {
        StateMachineEvent::StateChange(state) => println!("state {state:?}"),
        StateMachineEvent::OmahaServerResponse(response) => tell_offers(&response)?,
        StateMachineEvent::UpdateCheckResult(Ok(done)) => {
            for app in done.app_responses {
                println!("result {} {:?}", app.app_id, app.result);
            }
        }
        StateMachineEvent::UpdateCheckResult(Err(trouble)) => println!("refused {}", whole(&trouble)),
        _ => {}
    }
    Ok(())
}

// Each package is fetched and held against its digest.
fn tell_offers(response: &Response) -> Result<(), Trouble> {
    for app in &response.apps {
        let Some(check) = &app.update_check else { continue };
        println!("answer {} {:?} {}", app.id, check.status, app.get_manifest_version().unwrap_or_default());
        for (package, url) in check.get_all_packages().zip(check.get_all_full_urls()) {
            let bytes = get(&url)?.into_body();
            let fits = package.hash_sha256 == Some(hex::encode(Sha256::digest(&bytes)))
                && package.size == Some(bytes.len() as u64);
            println!("package {} {}", package.name, if fits { "fits" } else { "differs" });
        }
    }
    Ok(())
}

fn whole(trouble: &dyn Error) -> String {
    let mut text = trouble.to_string();
    let mut cause = trouble.source();
    while let Some(one) = cause {
        text += &format!(": {one}");
        cause = one.source();
    }
    text
}
