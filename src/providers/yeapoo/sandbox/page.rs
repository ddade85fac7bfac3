//! Paging, the same for all lists.

use serde_json::{Value, json};

use super::route::{Ask, Refusal};

/// Larger sizes are cut to this without a word.
const LARGEST: i64 = 100;

#[derive(Debug, Clone, Copy)]
pub(super) struct Page {
    index: i64,
    size: i64,
}

impl Page {
    pub(super) fn of(ask: &Ask<'_>) -> Result<Self, Refusal> {
        let page = Self { index: number(ask, "index", 1)?, size: number(ask, "size", 10)?.min(LARGEST) };
        if page.index < 1 || page.size < 0 {
            return Err(Refusal::thrown(
                "bad SQL grammar: You have an error in your SQL syntax near 'LIMIT'",
            ));
        }
        Ok(page)
    }

    /// The items of this page.
    pub(super) fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        let skip = (self.index - 1).saturating_mul(self.size);
        let as_len = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        items.into_iter().skip(as_len(skip)).take(as_len(self.size)).collect()
    }

    pub(super) fn json(&self, count: usize) -> Value {
        json!({ "index": self.index, "size": self.size, "count": count })
    }
}

fn number(ask: &Ask<'_>, name: &str, default: i64) -> Result<i64, Refusal> {
    match ask.filled(name) {
        None => Ok(default),
        Some(text) => text.parse::<i32>().map(i64::from).map_err(|_| {
            Refusal::thrown(format!(
                "Failed to convert value of type 'java.lang.String' to required type 'int': \"{text}\""
            ))
        }),
    }
}
