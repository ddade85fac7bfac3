//! How accounts are reached: their settings, their vendors, and the connections that they share.

use std::collections::HashMap;
use std::sync::Arc;

use super::Project;
use crate::cache::Shelf;
use crate::cli::accounts::no_account;
use crate::config;
use crate::desired::DesiredAccount;
use crate::http::{self, Client, Gate, Lines, MOST, Server, Setup, Throttle};
use crate::problem::{Code, Problem};
use crate::providers;
use crate::state::State;
use crate::text;
use crate::words::Text;

/// One account, reachable.
pub(in crate::cli) struct Account<'a> {
    pub(in crate::cli) config: &'a config::Account,
    pub(in crate::cli) desired: &'a DesiredAccount,
    pub(in crate::cli) connect: &'a dyn crate::providers::Connect,
    pub(in crate::cli) client: Arc<Client>,
}

/// One account of a project, by its very name.
pub(in crate::cli) fn one_account<'a>(project: &'a Project, name: &str) -> Result<Account<'a>, Vec<Problem>> {
    let declared: Vec<_> = declared(project).collect();
    let Some(name) = declared.iter().find(|known| **known == name) else {
        return Err(vec![no_account(name, &declared)]);
    };
    reach(project, name, &Net::of(project), true)
}

/// The names of the accounts that a project declares, in its order; those whose settings say nothing come last.
pub(in crate::cli) fn declared(project: &Project) -> impl Iterator<Item = &str> {
    let config::Project { accounts, unusable, .. } = &project.config;
    accounts.keys().chain(unusable.keys().filter(|name| !accounts.contains_key(*name))).map(String::as_str)
}

/// An account that nobody knows looks like one that nobody writes to.
pub(in crate::cli) async fn known(
    account: &Account<'_>,
    reads: &dyn providers::Reads,
) -> Result<(), Vec<Problem>> {
    let name = &account.config.name;
    match reads.known().await {
        Ok(Some(false)) => Err(vec![
            Problem::error(Code::AccountUnknown, text!("the vendor does not know this account"))
                .about(name)
                .help(text!(
                    "check `info_id`; `mpform account bind` makes an account of a WeChat id and says its id"
                )),
        ]),
        Ok(_) => Ok(()),
        Err(error) => Err(vec![error.problem(name)]),
    }
}

/// How hard an account may be pressed.
pub(in crate::cli) fn limits(config: &config::Account) -> http::Limits {
    let habit = config.provider.throttle;
    http::Limits {
        concurrency: config.limits.concurrency.map_or(habit.concurrency, |most| most as usize),
        requests_per_second: config.limits.requests_per_second.or(habit.requests_per_second),
        timeout: config.limits.timeout.map_or(habit.timeout, config::Timeout::duration),
    }
}

/// What the accounts of a process share.
pub(super) struct Net {
    lines: Lines,
    /// So many calls are under way at once, whatever the accounts allow; more if one of them allows more. With their
    /// files they stay far below the 1,024 that a process may have open nearly everywhere.
    gate: Gate,
    /// The servers that have limits of their own, by the vendor and the name that it calls them by.
    servers: HashMap<(&'static str, String), Server>,
    /// How many servers there are.
    count: usize,
}

impl Net {
    /// For the accounts of a project.
    pub(super) fn of(project: &Project) -> Self {
        let (mut most, mut shared, mut alone) = (MOST, HashMap::new(), 0);
        for config in project.config.accounts.values() {
            let own = limits(config).concurrency;
            most = most.max(own);
            match server_of(config) {
                Some(server) => {
                    let most: &mut usize = shared.entry(server).or_insert(MOST);
                    *most = own.max(*most);
                }
                None => alone += 1,
            }
        }
        let count = shared.len() + alone;
        let servers = shared.into_iter().map(|(server, most)| (server, Server::new(most))).collect();
        Self { lines: Lines::new(count), gate: Gate::new(most), servers, count }
    }
}

/// The server whose limits an account shares with others.
fn server_of(config: &config::Account) -> Option<(&'static str, String)> {
    Some((config.provider.name, config.connect.as_deref()?.shares()?))
}

/// `asks`: its vendor is going to be asked for something.
pub(super) fn reach<'a>(
    project: &'a Project,
    name: &str,
    net: &Net,
    asks: bool,
) -> Result<Account<'a>, Vec<Problem>> {
    if let Some(problems) = project.config.unusable.get(name) {
        return Err(problems.clone());
    }
    let Some(config) = project.config.accounts.get(name) else { return Err(vec![no_account(name, &[])]) };
    let broken = |message: Text| {
        let problem = Problem::error(Code::BadValue, message).about(&config.name).at(config.place.clone());
        vec![problem.help(text!("correct the account's settings"))]
    };
    let nobody = (!asks).then_some(&providers::Nobody as &dyn providers::Connect);
    let connect = nobody.or(config.connect.as_deref());
    let connect = connect.ok_or_else(|| broken(text!("its settings can't be used")))?;
    let desired = project
        .desired
        .accounts
        .get(&config.name)
        .ok_or_else(|| broken(text!("it has no place in the project")))?;
    let headers = config.headers.iter().map(|(name, value)| (name.as_str(), value));
    let mut throttle = Throttle::new(limits(config)).behind(&net.gate);
    if let Some(server) = server_of(config).and_then(|server| net.servers.get(&server)) {
        throttle = throttle.at(server);
    }
    let trace = project.trace.clone();
    let setup = Setup { account: &config.name, trace, overloaded: config.provider.overloaded };
    // Whom one account trusts is no other's to trust.
    let own = (!config.roots.is_empty()).then(|| Lines::trusting(&config.roots, net.count));
    let lines = own.as_ref().unwrap_or(&net.lines);
    let client = Client::on(lines, headers, throttle, project.clock.clone(), setup).map_err(broken)?;
    if let Some(shelf) = shelf(project, config, connect) {
        connect.remember(shelf);
    }
    Ok(Account { config, desired, connect, client })
}

/// What earlier runs have kept of an account: of this one at this server, whatever the project calls it.
fn shelf(
    project: &Project,
    config: &config::Account,
    connect: &dyn providers::Connect,
) -> Option<Arc<Shelf>> {
    let whose = serde_json::json!([config.provider.name, connect.identity()]).to_string();
    project.cache.shelf(&config::cache_folder(&project.config.root)?, &whose)
}

/// Why the account may not be the one that the state remembers.
pub(in crate::cli) fn another_account(account: &Account<'_>, state: &State) -> Option<Problem> {
    if state.is_empty() || state.identity.is_empty() {
        return None;
    }
    let now = account.connect.identity();
    let differs: Vec<_> = now
        .iter()
        .filter(|(setting, value)| state.identity.get(**setting).is_some_and(|known| known != *value))
        .map(|(setting, now)| {
            text!("`{setting}` is {now} and was {was}", setting, now, was = state.identity[*setting])
        })
        .collect();
    if differs.is_empty() {
        return None;
    }
    let name = &account.config.name;
    let problem = Problem::error(
        Code::Rebind,
        text!(
            "it is not the account that the state remembers: {differs}",
            differs = Text::joined(differs, ", ")
        ),
    );
    Some(problem.about(name).at(account.config.place.clone()).help(text!("nothing was read; if it is meant, give `--rebind {name}`: ids that this account does not list are then forgotten, messages and runs are not", name)))
}
