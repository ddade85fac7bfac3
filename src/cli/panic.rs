//! What is said when the program finds itself where it can't be. Whatever it was at may have held secrets: a message that
//! was made while it ran is left out, one that stands in the source is shown.

use std::any::Any;
use std::io::Write as _;
use std::panic::{self, PanicHookInfo};

use crate::text;
use crate::words::{Lang, Text};

/// Has panics told like this from now on.
pub(super) fn tell_in(lang: Lang) {
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let place = info.location().map(|at| format!("{}:{}:{}", within(at.file()), at.line(), at.column()));
        let said = said(place.as_deref().unwrap_or("?"), info.payload());
        // Nothing better can be done than to try.
        let _ = writeln!(std::io::stderr(), "{}", said.to(lang));
    }));
}

fn said(place: &str, payload: &dyn Any) -> Text {
    let why = match payload.downcast_ref::<&'static str>() {
        Some(why) => text!("{why}", why),
        None => text!("its message is left out, since it may hold secrets"),
    };
    text!(
        "error: a mistake in mpform itself, at {place}: {why}\nhelp: what was done is on record: run `mpform plan` to see what is left; report the place and the command",
        place,
        why
    )
}

/// A file of the source, whoever's it is, without the folders of the machine that built it.
fn within(file: &str) -> &str {
    let at = file.rfind("/src/").map_or(0, |at| file[..at].rfind('/').map_or(0, |slash| slash + 1));
    &file[at..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a panic, which is a real one.
    fn told(panics: impl FnOnce() + panic::UnwindSafe) -> String {
        let payload = panic::catch_unwind(panics).expect_err("it panics");
        said("src/a.rs:1:2", payload.as_ref()).en()
    }

    #[test]
    fn a_message_of_the_source_is_shown() {
        let told = told(|| panic!("nobody gets here"));
        assert!(
            told.starts_with("error: a mistake in mpform itself, at src/a.rs:1:2: nobody gets here\nhelp: "),
            "{told}"
        );
        assert!(told.contains("run `mpform plan`"), "{told}");
    }

    #[test]
    fn a_message_that_was_made_while_it_ran_is_not() {
        let secret = String::from("s3cr3t");
        let shown = told({
            let secret = secret.clone();
            move || panic!("no such key: {secret}")
        });
        assert!(!shown.contains("s3cr3t") && shown.contains("left out"), "{shown}");
        let shown = told(move || panic::panic_any(secret));
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }

    #[test]
    fn no_folder_of_the_machine_shows() {
        assert_eq!(within("src/cli/mod.rs"), "src/cli/mod.rs");
        assert_eq!(
            within("/home/me/.cargo/registry/src/index-1/tokio-1.54.1/src/a/b.rs"),
            "tokio-1.54.1/src/a/b.rs"
        );
    }
}
