//! `mpform schema`.

use super::{Context, Exit};

/// Prints the schema, as it stands in `schema/`.
pub(super) fn run(context: &Context) -> Exit {
    context.print(&crate::schema::schema_text());
    Exit::Done
}
