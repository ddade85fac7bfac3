//! Text to [`Project`]: files and includes, `${…}`, environments, and where each value stands in its file.
//!
//! YAML is read into [`Node`]s, which keep their bytes' span; every later step (laying an environment over,
//! filling in `${…}`, typing) keeps it, so a problem can always show its place. Nothing here reads the
//! environment or the clock, and nothing stops at the first mistake.

mod account;
mod ahead;
mod audit;
mod calendar;
mod files;
mod include;
mod interpolate;
mod nearest;
mod node;
mod notify;
mod once;
mod outside;
mod overlay;
mod parse;
mod paths;
mod policy;
mod project;
mod read;
mod state;
mod timeout;
mod vars;
mod wire;

#[cfg(test)]
pub(crate) mod tests;

pub use account::{Account, Limits};
pub use calendar::Calendar;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use calendar::fill as fill_calendar;
pub use files::Jail;
pub use interpolate::{Env, interpolate};
pub use nearest::{nearest, suggest};
pub use node::Node;
pub use notify::{Format, Occasion, Webhook};
pub use once::once;
pub use parse::{Parsed, ended, parse};
pub use policy::{LintCode, LintLevel, MaxDeletes, Pattern, Policy, QuietHours};
pub use project::{Document, Options, Project, files, load};
pub use read::{Part, fields_of, read, read_part};
pub use state::{Backend, Bucket, StateAt, cache_folder, default_folder};
pub use timeout::Timeout;
pub use vars::Vars;

pub(crate) use account::AccountText;
pub(crate) use project::Written;
