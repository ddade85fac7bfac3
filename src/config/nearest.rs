//! "did you mean": the known word nearest to one that nobody knows.

use crate::text;
use crate::words::Text;

/// The nearest of the known words, if one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let allowed = (length / 3).max(1);
    known
        .into_iter()
        .filter(|other| other.chars().count().abs_diff(length) <= allowed)
        .map(|other| (strsim::osa_distance(&word.to_lowercase(), &other.to_lowercase()), other))
        // A word of one or two characters is near to any other such word; that would be no help.
        .filter(|(distance, _)| *distance <= allowed && *distance < length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}

/// A line of help for a word that nobody knows: the nearest one, or all there are.
pub fn suggest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>, none: Text) -> Text {
    const SHOWN: usize = 16;
    let known: Vec<_> = known.into_iter().collect();
    if let Some(near) = nearest(word, known.iter().copied()) {
        return text!("did you mean `{near}`?", near);
    }
    if known.is_empty() {
        return none;
    }
    let shown: Vec<_> = known.iter().take(SHOWN).map(|word| format!("`{word}`")).collect();
    let shown = shown.join(", ");
    match known.len().saturating_sub(SHOWN) {
        0 => text!("known here: {shown}", shown),
        more => text!("known here: {shown} and {more} more", shown, more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_letters_and_case_are_near() {
        assert_eq!(nearest("nmae", ["name", "members"]), Some("name"));
        assert_eq!(nearest("Match", ["match"]), Some("match"));
        assert_eq!(nearest("营业时问", ["营业时间", "价格"]), Some("营业时间"));
    }

    #[test]
    fn something_else_is_not() {
        assert_eq!(nearest("colour", ["name", "members"]), None);
        assert_eq!(nearest("a", ["b"]), None);
        assert_eq!(suggest("x1", ["name"], Text::default()).en(), "known here: `name`");
        assert_eq!(suggest("x1", [], text!("there are none")).en(), "there are none");
    }
}
