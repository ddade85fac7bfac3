//! What went wrong between us and a bucket, and what to do about it.

use opendal::{Error, ErrorKind};

use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

/// True if the same again may go well. What it did the first time is not known then.
pub(super) fn may_pass(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::ConfigInvalid | ErrorKind::Unsupported
    ) && (error.is_temporary() || error.kind() == ErrorKind::Unexpected)
}

/// True if nothing has the name. A bucket that is not there says nothing of what is in it.
pub(super) fn is_absent(error: &Error) -> bool {
    error.kind() == ErrorKind::NotFound && !no_bucket(error)
}

/// True if a condition did not hold.
pub(super) fn is_refused(error: &Error) -> bool {
    error.kind() == ErrorKind::ConditionNotMatch && !error.is_temporary()
}

fn no_bucket(error: &Error) -> bool {
    error.to_string().contains("NoSuchBucket")
}

/// The problem as a user can do something about it.
pub(super) fn problem(shown: &str, error: &Error) -> Problem {
    let failed = |message: Text, help: Text| Problem::error(Code::StateBucket, message).help(help);
    if no_bucket(error) {
        return failed(
            text!("there is no bucket {shown}", shown),
            text!("make it, or correct `state: {{bucket, region, endpoint}}`; mpform makes none"),
        );
    }
    match error.kind() {
        ErrorKind::PermissionDenied => failed(
            text!("{shown} refuses: {why}", shown, why = reason(error)),
            text!(
                "the credentials must be right and allowed to read, write, delete and list objects below the prefix; a wrong \
                 `region` looks the same"
            ),
        ),
        _ => failed(
            text!("{shown} can't be used: {why}", shown, why = reason(error)),
            text!(
                "check `state: {{bucket, region, endpoint}}` and the network; nothing is lost by trying again"
            ),
        ),
    }
}

/// What the service said, without what we asked it: addresses may carry a signature.
pub(super) fn reason(error: &Error) -> String {
    let said = error.message();
    // The services answer alike: `S3Error { code: "AccessDenied", message: "Access Denied.", … }`.
    let field = |name: &str| {
        let rest = &said[said.find(&format!("{name}: \""))? + name.len() + 3..];
        Some(&rest[..rest.find('"')?])
    };
    match (field("code"), field("message")) {
        (Some(code), Some("")) => code.to_owned(),
        (Some(code), Some(message)) => format!("{message} ({code})"),
        _ => {
            let mut why = said.lines().next().unwrap_or_default().chars().take(200).collect::<String>();
            let mut source = std::error::Error::source(error);
            while let Some(inner) = source {
                if inner.source().is_none() {
                    why = format!("{why}: {inner}");
                }
                source = inner.source();
            }
            if why.is_empty() { error.kind().to_string() } else { why }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_own_words_are_told() {
        let error = Error::new(
            ErrorKind::PermissionDenied,
            r#"S3Error { code: "AccessDenied", message: "Access Denied.", resource: "", request_id: "7" }"#,
        );
        assert_eq!(reason(&error), "Access Denied. (AccessDenied)");
        let said = problem("s3://team", &error).message.en();
        assert_eq!(said, "s3://team refuses: Access Denied. (AccessDenied)");
        let bare = Error::new(ErrorKind::PermissionDenied, "");
        assert!(!reason(&bare).is_empty());
    }

    #[test]
    fn a_bucket_that_is_not_there_is_not_an_object_that_is_not_there() {
        let bucket = Error::new(ErrorKind::NotFound, r#"CosError { code: "NoSuchBucket", message: "" }"#);
        assert!(
            !is_absent(&bucket) && problem("cos://team", &bucket).message.en().contains("there is no bucket")
        );
        assert!(is_absent(&Error::new(
            ErrorKind::NotFound,
            r#"CosError { code: "NoSuchKey", message: "" }"#
        )));
    }

    #[test]
    fn a_condition_that_failed_for_a_moment_is_tried_again() {
        let conflict = Error::new(ErrorKind::ConditionNotMatch, "409");
        assert!(is_refused(&conflict) && !may_pass(&conflict));
        let conflict = conflict.set_temporary();
        assert!(!is_refused(&conflict) && may_pass(&conflict));
    }
}
