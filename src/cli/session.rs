//! What commands that look at accounts have in common: the project, the accounts' vendors, their states, and a plan.

use std::borrow::{Borrow, Cow};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use futures::StreamExt as _;
use futures::stream;

use super::{Context, Selection};
use crate::cache::Cache;
use crate::clock::Clock;
use crate::config::{self, StateAt};
use crate::desired::{Desired, desired};
use crate::http::{self, Trace};
use crate::live::{self, By, LiveAccount, Scope};
use crate::model::kinds::{Keyword, Material, Reply};
use crate::model::{Address, Kind};
use crate::order::{map, sort_by_key};
use crate::plan::drift::{self, Drift};
use crate::plan::guard::{Permits, emptied, refuse};
use crate::plan::picture::Picture;
use crate::plan::saved::Saved;
use crate::plan::{self, FailedAccount, Globs, Plan};
use crate::problem::{Code, Problem, any_error, limited};
use crate::state::bucket::{self, Leaving};
use crate::state::store::Store;
use crate::state::{Entry, State};
use crate::text;
use crate::words::Text;

mod locks;
mod plans;
mod reach;

pub(super) use locks::{locked, opened};
pub(super) use reach::{Account, another_account, declared, known, limits, one_account};
use reach::{Net, reach};

/// A project and what it wants.
pub(super) struct Project {
    pub(super) clock: Clock,
    pub(super) trace: Trace,
    pub(super) cache: Cache,
    pub(super) config: config::Project,
    pub(super) desired: Desired,
    variables: Arc<BTreeMap<String, String>>,
    leaving: Leaving,
    /// Made once: a bucket's has a client of its own.
    store: OnceLock<Result<Store, Problem>>,
}

impl Project {
    /// Reads a project. `stand_in`: missing environment variables are no error.
    pub(super) fn load(context: &Context, stand_in: bool) -> (Option<Self>, Vec<Problem>) {
        Self::load_in(context.environment.clone(), context, stand_in)
    }

    fn load_in(
        environment: Option<String>,
        context: &Context,
        stand_in: bool,
    ) -> (Option<Self>, Vec<Problem>) {
        let _step = context.trace.step("", "read the configuration");
        let mut problems = vec![];
        let options = config::Options { environment, ..options(context, stand_in) };
        let config = config::load(&context.root, &options, &mut problems);
        let project = config.map(|mut config| Self {
            desired: {
                let desired = desired(&config, context.now, &mut problems);
                config.let_go();
                desired
            },
            clock: context.clock.clone(),
            variables: Arc::clone(&context.variables),
            leaving: context.leaving.clone(),
            trace: context.trace.clone(),
            cache: context.cache.clone(),
            store: OnceLock::new(),
            config,
        });
        limited(&mut problems);
        (project, problems)
    }

    /// Reads a project for work: says what is wrong, and gives nothing if anything is.
    pub(super) fn for_work(context: &Context) -> Option<Self> {
        let (project, problems) = Self::load(context, false);
        context.complain(&problems);
        project.filter(|_| !any_error(&problems))
    }

    /// Reads a project for work on its accounts, in this environment: what is wrong with one account's own settings
    /// is left to whoever works on that account, and keeps nobody from the others.
    pub(super) fn for_accounts(environment: Option<&str>, context: &Context) -> Option<Self> {
        Self::whole(environment, context, false)
    }

    /// The same for who asks no vendor: it needs no secrets.
    pub(super) fn to_look_at(context: &Context) -> Option<Self> {
        Self::whole(context.environment.as_deref(), context, true)
    }

    fn whole(environment: Option<&str>, context: &Context, stand_in: bool) -> Option<Self> {
        let (project, mut problems) = Self::load_in(environment.map(str::to_owned), context, stand_in);
        if let Some(project) = &project {
            project.put_aside(&mut problems);
        }
        context.complain(&problems);
        project.filter(|_| !any_error(&problems))
    }
}

impl Project {
    /// Takes out of the problems of a project what is wrong with single accounts' own settings.
    pub(super) fn put_aside(&self, problems: &mut Vec<Problem>) {
        problems.retain(|problem| !self.config.unusable.values().flatten().any(|own| own == problem));
    }
}

/// How a project is read.
pub(super) fn options(context: &Context, stand_in: bool) -> config::Options {
    let variables = Arc::clone(&context.variables);
    config::Options {
        environment: context.environment.clone(),
        vars: context.vars.clone(),
        env: Arc::new(move |name: &str| variables.get(name).cloned()),
        stand_in,
    }
}

/// Where the project's states are.
///
/// # Errors
/// A bucket whose credentials are not in the environment, or that can't be reached by what is said of it.
pub(super) fn store(project: &Project) -> Result<Store, Problem> {
    let made = project.store.get_or_init(|| match &project.config.state {
        StateAt::Folder(folder) => Ok(Store::new(folder, &project.config.environment)),
        StateAt::Bucket(bucket) => shared(bucket, project),
    });
    made.clone()
}

/// The store of a bucket.
///
/// # Errors
/// As [`store`].
pub(super) fn shared(bucket: &config::Bucket, project: &Project) -> Result<Store, Problem> {
    let variable = |name: &str| project.variables.get(name).map(String::as_str);
    let objects = bucket::connect(bucket, bucket::credentials(bucket, variable)?)?;
    let leaving = project.leaving.clone();
    Ok(Store::shared(bucket::Bucket::new(objects, &bucket.prefix, &project.config.environment, leaving)))
}

/// So many accounts are worked on at once: what is read of the others is not in memory yet, or no longer.
pub(super) const ABREAST: usize = 16;

/// Does something for many accounts, some at a time. What comes of it stands in their order.
pub(super) async fn abreast<T>(accounts: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    stream::iter(accounts).buffered(ABREAST).collect().await
}

/// The accounts that were selected, with what planning them takes.
pub(super) struct Session<'a> {
    pub(super) project: &'a Project,
    pub(super) accounts: Vec<Account<'a>>,
    /// Accounts that were selected as well, and why nothing can be done with them.
    pub(super) failed: Vec<FailedAccount>,
    /// A plan that was saved: nothing else may be done.
    pub(super) saved: Option<&'a Saved>,
    /// False if the accounts are taken to be as they were left.
    asks: bool,
    targets: Globs,
    permits: Permits,
}

impl<'a> Session<'a> {
    /// Opens what was selected.
    pub(super) fn open(project: &'a Project, selection: &Selection) -> Result<Self, Vec<Problem>> {
        Self::opened(project, selection, true)
    }

    /// The same for who takes the accounts to be as they were left, and asks nobody.
    pub(super) fn unasked(project: &'a Project, selection: &Selection) -> Result<Self, Vec<Problem>> {
        Self::opened(project, selection, false)
    }

    fn opened(project: &'a Project, selection: &Selection, asks: bool) -> Result<Self, Vec<Problem>> {
        let mut problems = vec![];
        let mut globs = |patterns: &[String], help: Text| {
            Globs::new(patterns.iter().map(String::as_str)).unwrap_or_else(|message| {
                problems.push(Problem::error(Code::BadValue, message).help(help));
                Globs::default()
            })
        };
        let targets = globs(&selection.target, text!("correct --target"));
        let declared: Vec<_> = declared(project).collect();
        let chosen = selection.accounts.of(declared.iter().copied()).unwrap_or_else(|wrong| {
            problems.extend(wrong);
            vec![]
        });
        let known = |name: &String| declared.contains(&name.as_str());
        let named =
            selection.rebind.iter().chain(selection.allow_deletes.iter().map(|((account, _), _)| account));
        for name in named.filter(|name| !known(name)) {
            problems.push(
                Problem::error(Code::UnknownAccount, text!("there is no account `{name}`", name))
                    .help(text!("name an account of the project")),
            );
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let net = Net::of(project);
        let (mut accounts, mut failed) = (vec![], vec![]);
        for name in chosen {
            match reach(project, name, &net, asks) {
                Ok(account) => accounts.push(account),
                Err(problems) => failed.push(FailedAccount { account: name.to_owned(), problems }),
            }
        }
        let allowed = map(selection.allow_deletes.iter().cloned());
        let permits = Permits { allowed, rebind: selection.rebind.clone() };
        Ok(Self { project, accounts, failed, saved: None, asks, targets, permits })
    }

    /// What is remembered of each account, in their order. An account of which that can't be read is left out.
    pub(super) async fn remembered(&mut self) -> Vec<State> {
        let _step = self.project.trace.step("", "read what is remembered");
        let read = match store(self.project) {
            Ok(store) => {
                let reading = self.accounts.iter().map(async |account| {
                    let state = store.read(&account.config.name).await?;
                    Ok(state.sharing(|address| account.desired.resources.get(address)?.body.as_ref()))
                });
                abreast(reading).await
            }
            Err(problem) => self.accounts.iter().map(|_| Err(problem.clone())).collect(),
        };
        self.keep(read)
    }

    /// Leaves out the accounts that something failed for; gives what came of it for the others.
    pub(super) fn keep<T>(&mut self, found: Vec<Result<T, Problem>>) -> Vec<T> {
        let (mut accounts, mut kept) = (vec![], vec![]);
        for (account, found) in std::mem::take(&mut self.accounts).into_iter().zip(found) {
            match found {
                Ok(found) => {
                    accounts.push(account);
                    kept.push(found);
                }
                Err(problem) => {
                    let problem =
                        if problem.about.is_none() { problem.about(&account.config.name) } else { problem };
                    let account = account.config.name.clone();
                    self.failed.push(FailedAccount { account, problems: vec![problem] });
                }
            }
        }
        self.accounts = accounts;
        kept
    }

    /// All accounts' plans as one, with the accounts that could not be planned.
    pub(super) fn joined(&self, plans: impl IntoIterator<Item = Plan>) -> Plan {
        let environment = self.project.config.environment.clone();
        let mut all =
            Plan { environment, unasked: !self.asks, failed: self.failed.clone(), ..Plan::default() };
        for plan in plans {
            all.join(plan);
        }
        self.sort(&mut all.failed);
        all
    }

    /// True for a target in accounts that were not selected, all of them: in another shard, it may name something.
    pub(super) fn is_elsewhere(&self, target: &str) -> bool {
        let account = target.split('/').next().unwrap_or_default();
        let Ok(glob) = Globs::new([account]) else { return false };
        let failed = self.failed.iter().map(|failed| failed.account.as_str());
        let mut ours = self.accounts.iter().map(|account| account.config.name.as_str()).chain(failed);
        !ours.any(|name| glob.matches(name)) && declared(self.project).any(|name| glob.matches(name))
    }

    /// Puts accounts into the order of the project.
    pub(super) fn sort(&self, failed: &mut Vec<FailedAccount>) {
        let order: HashMap<_, _> =
            declared(self.project).enumerate().map(|(nth, name)| (name, nth)).collect();
        sort_by_key(failed, |failed| order.get(failed.account.as_str()).copied());
    }

    /// Plans every account, side by side, against these states (in the order of the accounts).
    pub(super) async fn plan(&self, states: &[impl Borrow<State>]) -> Vec<Plan> {
        let planning = self.accounts.iter().zip(states);
        let planning = planning.map(|(account, state)| self.plan_account(account, state.borrow(), &[]));
        abreast(planning).await.into_iter().map(|(plan, _)| plan).collect()
    }

    /// The same with what each account shows to others, before and after; nothing of one that could not be read.
    pub(super) async fn picture(&self, states: &[State]) -> Vec<(Plan, Option<Picture>)> {
        let planning = self.accounts.iter().zip(states);
        abreast(planning.map(|(account, state)| self.plan_account(account, state, SHOWN))).await
    }

    /// Looks for drift in every account, side by side, against these states (in the order of the accounts).
    pub(super) async fn drift(&self, states: &[State]) -> Drift {
        let looks = self.accounts.iter().zip(states).map(|(account, state)| async {
            let name = &account.config.name;
            let failed =
                |problems| Drift { failed: vec![FailedAccount { account: name.clone(), problems }], ..Drift::default() };
            let Seen { state, live, .. } = match self.look(account, state, &[]).await {
                Ok(seen) => seen,
                Err(problems) => return failed(problems),
            };
            if let Some(problem) = emptied(name, &live.counts, &state) {
                return failed(vec![problem.help(text!("a mistyped `{known_by}` looks exactly like that; if it really was emptied, look at `mpform plan --rebind {name}`", known_by = account.config.provider.known_by, name))]);
            }
            drift::drift(account.desired, &live, &state, &self.targets)
        });
        let environment = self.project.config.environment.clone();
        let mut all = Drift { environment, failed: self.failed.clone(), ..Drift::default() };
        abreast(looks).await.into_iter().for_each(|one| all.join(one));
        self.sort(&mut all.failed);
        all
    }

    /// Reads an account against what is remembered of it; of these kinds also what is nobody's.
    async fn look<'s>(
        &self,
        account: &Account<'_>,
        state: &'s State,
        others: &'static [&'static str],
    ) -> Result<Seen<'s>, Vec<Problem>> {
        let _step = self.project.trace.step(&account.config.name, "read what is live");
        let rebind = self.permits.rebind.contains(&account.config.name);
        let another = another_account(account, state).filter(|_| self.asks);
        let rebound = rebind && another.is_some();
        if let Some(problem) = another.filter(|_| !rebind) {
            return Err(vec![problem]);
        }
        let mut state = Cow::Borrowed(state);
        let said = account.desired.moved.iter().map(|moved| (moved.from.clone(), moved.to.clone()));
        let wanted: Vec<_> = said.chain(plan::renamed(account.desired, &state)).collect();
        let moved = if wanted.is_empty() { vec![] } else { state.to_mut().follow(&wanted) };
        if !self.asks {
            let live = live::remembered(account.desired, account.config.provider, &state);
            return Ok(Seen { state, moved, live, rebound: None });
        }
        let reads = account.connect.reads(http::Reader::new(&account.client));
        let scope = Scope { probe: true, trust_ids: !rebind, others };
        let mut live =
            live::read(account.desired, account.config.provider, reads.as_ref(), &state, scope).await?;
        let rebound = rebound.then(|| forget_the_other(&mut live, state.to_mut()));
        Ok(Seen { state, moved, live, rebound })
    }

    /// Plans an account. With a picture if it is asked for what is nobody's of some kinds.
    async fn plan_account(
        &self,
        account: &Account<'_>,
        state: &State,
        others: &'static [&'static str],
    ) -> (Plan, Option<Picture>) {
        let name = &account.config.name;
        let failed = |problems| Plan {
            failed: vec![FailedAccount { account: name.clone(), problems }],
            environment: self.project.config.environment.clone(),
            ..Plan::default()
        };
        let Seen { state, moved, live, rebound } = match self.look(account, state, others).await {
            Ok(seen) => seen,
            Err(problems) => return (failed(problems), None),
        };
        let _step = self.project.trace.step(name, "plan");
        let counts = live.counts.clone();
        let picture = (!others.is_empty()).then(|| Picture::before(account.desired, &live));
        let sops = self.project.desired.sops.get(name).map(|sops| sops.resolved(&live.wanted));
        let mut plan = plan::account(account.desired, live, &state);
        if let Some(sops) = sops {
            let policy = &self.project.config.policy;
            plans::add(&mut plan, &sops, account.desired, &state, policy, &self.targets);
        }
        plan.rebound.extend(rebound.map(|keep| (name.clone(), keep)));
        plan.environment.clone_from(&self.project.config.environment);
        plan.moved = moved;
        plan::narrow(&mut plan, &self.targets);
        if let Some(saved) = self.saved {
            saved.narrow(&mut plan, account.desired);
        }
        let (policy, known_by) = (&self.project.config.policy, account.config.provider.known_by);
        refuse(&mut plan, name, &counts, &state, policy, &self.permits, known_by);
        let judge = |problem: Problem| self.project.config.policy.judged(problem);
        plan.warnings = std::mem::take(&mut plan.warnings).into_iter().filter_map(judge).collect();
        let picture = picture.map(|picture| picture.after(&plan));
        (plan, picture)
    }
}

/// The kinds that followers get to see something of, whoever made it.
const SHOWN: &[&str] = &[Keyword::NAME, Reply::NAME, Material::NAME];

/// An account as it is live, and its state with what is declared to have moved in its new place.
struct Seen<'a> {
    state: Cow<'a, State>,
    moved: Vec<(Address, Address)>,
    live: LiveAccount,
    /// Where another account was allowed to take its place: what stays of what is remembered.
    rebound: Option<Vec<Address>>,
}

/// Another account has other objects: of what is remembered only that counts which this one lists as well. Gives
/// back what stays of it; messages and runs are never forgotten.
fn forget_the_other(live: &mut LiveAccount, state: &mut State) -> Vec<Address> {
    let listed = live.claims.iter().filter(|(_, claim)| claim.by == By::State);
    let keep: Vec<_> = listed.map(|(address, _)| address.clone()).collect();
    live.gone.clear();
    state.take(Entry::Rebind { identity: state.identity.clone(), keep: keep.clone() });
    keep
}

/// Targets that name nothing: most likely a slip of the pen, and an empty plan would look like success.
pub(super) fn unmatched(session: &Session<'_>, selection: &Selection, plan: &Plan) -> Vec<Problem> {
    let Session { project, .. } = session;
    let declared = project.desired.accounts.values().flat_map(|account| account.resources.keys());
    let changes = plan.changes.iter().map(|change| &change.address);
    let unmanaged = plan.unmanaged.iter().map(|live| &live.address);
    let plans = project.desired.sops.values().flat_map(|sops| sops.declared.keys());
    let known = declared.chain(plans).chain(changes).chain(unmanaged);
    let known: Vec<_> = known.map(Address::as_str).collect();
    let names_nothing = |pattern: &&String| {
        Globs::new([pattern.as_str()]).is_ok_and(|glob| !known.iter().any(|address| glob.matches(address)))
            && !(selection.accounts.shard().is_some() && session.is_elsewhere(pattern))
    };
    let missed = selection.target.iter().filter(names_nothing).map(|pattern| {
        Problem::error(Code::DanglingReference, text!("`--target {pattern}` names nothing", pattern))
            .help(config::suggest(pattern, known.iter().copied(), Text::default()))
    });
    missed.collect()
}

/// Warnings about states of accounts that the project no longer has.
pub(super) async fn left_behind(project: &Project) -> Vec<Problem> {
    // A store that can't be read has been told of by then.
    let Ok(store) = store(project) else { return vec![] };
    let Ok(accounts) = store.accounts().await else { return vec![] };
    if accounts.is_empty() && store.is_shared() {
        return not_migrated(project, &store).await.into_iter().collect();
    }
    let declared: HashSet<_> = declared(project).collect();
    let gone = accounts.into_iter().filter(|name| !declared.contains(name.as_str()));
    gone.map(|name| {
        Problem::warning(
            Code::UnknownAccount,
            text!("the state remembers this account, and the project no longer has it"),
        )
        .about(&name)
        .help(text!("what it holds at the vendor is left alone; delete its state file if nobody needs it"))
    })
    .collect()
}

/// Says that the states still lie in the folder where they are by default.
async fn not_migrated(project: &Project, shared: &Store) -> Option<Problem> {
    let folder = config::default_folder(&project.config.root);
    let accounts = Store::new(&folder, &project.config.environment).accounts().await.ok()?;
    let (shared, folder) = (shared.shown(), folder.display());
    let message = text!(
        "nothing is remembered in {shared}, and {folder} remembers {accounts}",
        shared,
        folder,
        accounts = accounts.join(", ")
    );
    let help = text!(
        "run `mpform state migrate` before the next apply: it copies them; if they are old, delete the folder"
    );
    (!accounts.is_empty()).then(|| Problem::warning(Code::StateElsewhere, message).help(help))
}

/// Why what was not begun is not tried any more after that.
pub(super) const INTERRUPTED: Text = text!("interrupted before it was tried");

/// Comes back when somebody interrupts the program. Listens from the call on, not only from the first wait.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    };
    async move {
        #[cfg(unix)]
        if let (Ok(mut interrupt), Ok(mut terminate)) = signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}
