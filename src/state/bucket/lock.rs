//! The lock on a state in a bucket: an object that only one can make, and that says who did. It does not die with its
//! holder; whoever finds it is told how to free it.

use std::hash::{BuildHasher, RandomState};

use super::objects::{Objects, Put};
use crate::problem::{Code, Problem};
use crate::state::lock::Holder;
use crate::text;

/// How often a lock is asked for while nobody knows what came of it.
const TRIES: usize = 4;

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Attempt {
    /// It is ours.
    Ours,
    /// Somebody else has it; who, if the object says so.
    Held(Option<Holder>),
}

/// Something that nobody else has ever had.
pub(super) fn nonce() -> String {
    // Each of these has keys of its own from the operating system's random numbers.
    let part = |nth: u32| RandomState::new().hash_one((std::process::id(), nth));
    format!("{:016x}{:016x}", part(0), part(1))
}

/// Who holds a lock. Of several lines the first counts: who adds one where a service can only append comes too late.
pub(super) fn read(bytes: &[u8]) -> Option<Holder> {
    serde_json::from_slice(bytes.split(|byte| *byte == b'\n').next()?).ok()
}

/// Takes the lock if it is free.
pub(super) async fn take(objects: &Objects, path: &str, me: &Holder) -> Result<Attempt, Problem> {
    let mut line = serde_json::to_vec(me).unwrap_or_default();
    line.push(b'\n');
    if !objects.guards_names() {
        return append(objects, path, me, line).await;
    }
    let made = match objects.create(path, line).await? {
        Put::Ours(made) => made,
        Put::Theirs => return standing(objects, path, me).await,
    };
    // Their condition counts for nothing where earlier versions are kept: two would both have made it.
    if !objects.guards_versions() && made.is_kept {
        release(objects, path, me).await?;
        return Err(Problem::error(
            Code::StateBucket,
            text!("{shown} keeps earlier versions of its objects, and no lock holds in it", shown = objects.shown()),
        )
        .help(text!(
            "the service does not refuse to write over an object in such a bucket; name one without versioning (each state's \
             last version is kept as a backup anyway)"
        )));
    }
    Ok(Attempt::Ours)
}

/// Takes it from a service that refuses nothing but to append to what is longer than one thinks.
async fn append(objects: &Objects, path: &str, me: &Holder, line: Vec<u8>) -> Result<Attempt, Problem> {
    let mut last = None;
    for nth in 0..TRIES {
        if let standing @ (Attempt::Ours | Attempt::Held(Some(_))) = standing(objects, path, me).await? {
            return Ok(standing);
        }
        match objects.append(path, line.clone()).await {
            Ok(()) => {}
            Err(error) => {
                last = Some(error);
                objects.pause(nth).await;
            }
        }
    }
    match (standing(objects, path, me).await?, last) {
        (Attempt::Held(None), Some(error)) => Err(objects.told(&error)),
        (standing, _) => Ok(standing),
    }
}

/// Who has it by now.
async fn standing(objects: &Objects, path: &str, me: &Holder) -> Result<Attempt, Problem> {
    let holder = objects.bytes(path).await?.and_then(|bytes| read(&bytes));
    Ok(match holder {
        Some(holder) if holder.nonce == me.nonce => Attempt::Ours,
        holder => Attempt::Held(holder),
    })
}

/// True if it is still ours.
pub(super) async fn is_held(objects: &Objects, path: &str, me: &Holder) -> Result<bool, Problem> {
    Ok(matches!(standing(objects, path, me).await?, Attempt::Ours))
}

/// Lets go of it, if it is still ours.
pub(super) async fn release(objects: &Objects, path: &str, me: &Holder) -> Result<(), Problem> {
    let mut nth = 0;
    while is_held(objects, path, me).await? && !objects.delete(path, nth).await? {
        nth += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_alike() {
        assert_ne!(nonce(), nonce());
        assert_eq!(nonce().len(), 32);
    }

    #[test]
    fn the_first_line_counts() {
        let line = |nonce: &str| {
            format!(r#"{{"who":"ops","pid":7,"since":"now","command":"apply","nonce":"{nonce}"}}"#) + "\n"
        };
        let holder = read((line("a") + &line("b")).as_bytes()).expect("somebody");
        assert_eq!(holder.nonce, "a");
        assert_eq!(read(b""), None);
        assert_eq!(read(b"{\"who\":"), None);
    }
}
