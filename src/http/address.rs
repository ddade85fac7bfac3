//! Where a request goes: an address that is one already is not read a second time.

use reqwest::Url;

use super::Failure;
use crate::words::Text;

/// What can be called.
pub trait Address {
    /// As an address.
    ///
    /// # Errors
    /// When it is none.
    fn url(self) -> Result<Url, Failure>;
}

impl Address for Url {
    fn url(self) -> Result<Url, Failure> {
        Ok(self)
    }
}

impl Address for &str {
    fn url(self) -> Result<Url, Failure> {
        Url::parse(self).map_err(|error| Failure::Unsent(Text::verbatim(error.to_string())))
    }
}

impl Address for &String {
    fn url(self) -> Result<Url, Failure> {
        self.as_str().url()
    }
}
