//! The number that a vendor gives a request, by which it can be asked about it.

use std::cell::RefCell;

tokio::task_local! {
    static NUMBER: RefCell<Option<String>>;
}

/// Does something; gives what came of it and the number that the vendor gave its last request, if it gave one.
pub async fn numbered<T>(work: impl Future<Output = T>) -> (T, Option<String>) {
    NUMBER
        .scope(RefCell::default(), async {
            let done = work.await;
            (done, NUMBER.with(RefCell::take))
        })
        .await
}

/// The vendor gave the request that is under way this number.
pub(super) fn number(number: &str) {
    // Where nobody asked for it nobody needs it.
    let _ = NUMBER.try_with(|last| *last.borrow_mut() = Some(number.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(name: &str) -> u8 {
        number(name);
        tokio::task::yield_now().await;
        1
    }

    #[tokio::test]
    async fn requests_side_by_side_keep_their_numbers() {
        number("nobody's");
        let ((one, first), (_, second), (_, none)) =
            tokio::join!(numbered(asked("a")), numbered(asked("b")), numbered(tokio::task::yield_now()));
        assert_eq!((one, first.as_deref(), second.as_deref(), none), (1, Some("a"), Some("b"), None));
    }
}
