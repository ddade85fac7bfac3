//! What is declared, and what the stub holds: rules with two keywords each and half as many texts as rules.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Distinct texts of so many rules.
pub(crate) fn texts(rules: usize) -> usize {
    rules.div_ceil(2)
}

/// The text of this number.
pub(crate) fn text(nth: usize) -> String {
    format!(
        "您好，这是第 {nth} 号自动回复：营业时间 09:00-21:00，节假日不休；详情见 https://m.example.com/{nth}"
    )
}

/// The name of a rule.
pub(crate) fn name(nth: usize) -> String {
    format!("规则{nth:06}")
}

/// A keyword that is met exactly, and one that is met in part.
pub(crate) fn words(nth: usize) -> [String; 2] {
    [format!("关键词{nth:06}"), format!("怎么联系{nth:06}号门店的客服")]
}

/// Writes a project of so many rules in so many files, whose account is at this address.
pub(crate) fn write(
    folder: &Path,
    rules: usize,
    files: usize,
    base_url: &str,
    limits: &str,
) -> io::Result<()> {
    fs::create_dir_all(folder.join("rules"))?;
    fs::write(
        folder.join("mpform.yaml"),
        format!(
            "version: 1\ninclude: [\"rules/*.yaml\"]\naccounts:\n  shop:\n    provider: yeapoo\n    \
             base_url: {base_url}\n    info_id: shop\n{limits}"
        ),
    )?;
    let each = rules.div_ceil(files);
    for file in 0..files {
        let mut yaml = "account: shop\nkeywords:\n".to_owned();
        for nth in (file * each..rules).take(each) {
            let [one, two] = words(nth);
            let (name, reply) = (name(nth), text(nth % texts(rules)));
            let _ = write!(
                yaml,
                "  {name}:\n    match:\n      - {one}\n      - {{fuzzy: {two}}}\n    reply:\n      text: {reply:?}\n"
            );
        }
        fs::write(folder.join(format!("rules/{file:03}.yaml")), yaml)?;
    }
    Ok(())
}
