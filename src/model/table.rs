//! Lists that are kept in files, where spreadsheets and exports of vendors can be put in as they are.

use super::Finding;
use crate::problem::Code;
use crate::text;

/// The first column of a table in CSV: one entry a row, lines that begin with `#` and empty rows are passed over.
/// `of` says what the entries are, for the finding where it is no table.
pub(crate) fn first_column(text: &str, of: &str) -> Result<Vec<String>, Finding> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .records()
        .filter_map(|row| match row {
            Ok(row) => row.get(0).filter(|entry| !entry.is_empty()).map(|entry| Ok(entry.to_owned())),
            Err(error) => Some(Err(Finding::error(
                Code::File,
                [],
                text!("not a table of {of}s: {error}", of, error),
                text!("the first column holds one {of} a row; lines that begin with # are comments", of),
            ))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blanks_and_other_columns_are_passed_over() {
        let read = first_column("# who,why\nb,张三\n\n a ,\"x, y\"\nb\n", "friend");
        assert_eq!(read, Ok(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]));
    }
}
