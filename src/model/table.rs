//! Lists that are kept in files, where spreadsheets and exports of vendors can be put in as they are.

use super::Finding;
use crate::problem::Code;
use crate::text;

/// What the entries of a table are.
#[derive(Clone, Copy)]
pub(crate) enum Entries {
    /// Followers of an official account.
    Openids,
    /// Friends of a personal account.
    Friends,
}

/// The first column of a table in CSV: one entry a row, lines that begin with `#` and empty rows are passed over.
/// `of` says what the entries are, for the finding where it is no table.
pub(crate) fn first_column(text: &str, of: Entries) -> Result<Vec<String>, Finding> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .records()
        .filter_map(|row| match row {
            Ok(row) => row.get(0).filter(|entry| !entry.is_empty()).map(|entry| Ok(entry.to_owned())),
            Err(error) => {
                let (message, help) = match of {
                    Entries::Openids => (
                        text!("not a table of openids: {error}", error),
                        text!(
                            "the first column holds one openid a row; lines that begin with # are comments"
                        ),
                    ),
                    Entries::Friends => (
                        text!("not a table of friends: {error}", error),
                        text!(
                            "the first column holds one friend a row; lines that begin with # are comments"
                        ),
                    ),
                };
                Some(Err(Finding::error(Code::File, [], message, help)))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_blanks_and_other_columns_are_passed_over() {
        let read = first_column("# who,why\nb,张三\n\n a ,\"x, y\"\nb\n", Entries::Friends);
        assert_eq!(read, Ok(vec!["b".to_owned(), "a".to_owned(), "b".to_owned()]));
    }
}
