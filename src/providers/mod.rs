//! The vendors.

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use crate::config::Node;
use crate::desired::Wanted;
use crate::model::Finding;
use crate::problem::Problem;

pub mod yeapoo;

/// A vendor.
pub struct Provider {
    /// Its name in `provider:`.
    pub name: &'static str,
    /// The kinds it keeps.
    pub kinds: &'static [&'static str],
    /// The schema of its own settings of an account.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads its own settings of an account.
    pub settings: ReadSettings,
    /// What it would refuse of one body. An empty list or mapping is a whole section that is declared empty.
    pub limits: fn(kind: &str, body: &Value) -> Vec<Finding>,
    /// What it would refuse of an account's bodies together.
    pub together: fn(&[&Wanted]) -> Vec<Problem>,
}

/// Reads a provider's own settings of an account.
pub type ReadSettings = fn(&Node, &mut Vec<Problem>) -> Option<Box<dyn Connect>>;

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// An account's settings, ready to connect.
pub trait Connect: Send + Sync {}

static PROVIDERS: &[Provider] = &[yeapoo::PROVIDER];

/// Every provider.
pub fn providers() -> &'static [Provider] {
    PROVIDERS
}

/// The provider with this name.
pub fn provider_named(name: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.name == name)
}
