//! What `--help` says, in the reader's language. The English stands where clap has it: this lays the other language over
//! the finished tree of commands.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use super::wrong::Wrong;
use crate::text;
use crate::words::{Lang, phrase};

/// The same commands with their help in a language.
pub(super) fn in_language(mut command: Command, lang: Lang) -> Command {
    if lang == Lang::En {
        return command;
    }
    // What clap adds by itself is there only then.
    command.build();
    translated(command, lang)
}

fn translated(mut command: Command, lang: Lang) -> Command {
    let header = *command.get_styles().get_header();
    let usage = phrase("Usage:", lang).unwrap_or("Usage:");
    command = command.help_template(StyledStr::from(format!(
        "{{before-help}}{{about-with-newline}}\n{header}{usage}{header:#} {{usage}}\n\n{{all-args}}{{after-help}}"
    )));
    command = command.subcommand_help_heading(phrase("Commands", lang));
    if let Some(about) = command.get_about().map(|about| said(about, lang)) {
        command = command.about(about);
    }
    if let Some(after) = command.get_after_help().map(|after| said(after, lang)) {
        command = command.after_help(after);
    }
    command.mut_args(|arg| argument(arg, lang)).mut_subcommands(|inner| translated(inner, lang))
}

/// Each line for itself: an example stays what it is.
fn said(help: &StyledStr, lang: Lang) -> String {
    let help = help.to_string();
    help.split('\n').map(|line| phrase(line, lang).unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn argument(mut arg: Arg, lang: Lang) -> Arg {
    let heading = match arg.get_help_heading() {
        Some(heading) => phrase(heading, lang),
        None if arg.is_positional() => phrase("Arguments", lang),
        None => phrase("Options", lang),
    };
    if heading.is_some() {
        arg = arg.help_heading(heading);
    }
    let mut help = arg.get_help().map(|help| said(help, lang)).unwrap_or_default();
    let takes_one = arg.get_action().takes_values();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes_one && !arg.is_hide_default_value_set() && !defaults.is_empty() {
        let defaults = defaults.join(" ");
        help += &text!(" [default: {defaults}]", defaults).to(lang);
    }
    let values: Vec<_> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if takes_one && !arg.is_hide_possible_values_set() && !values.is_empty() {
        let values = values.join(", ");
        help += &text!(" [possible values: {values}]", values).to(lang);
    }
    arg.help(help).hide_default_value(true).hide_possible_values(true)
}

/// What is wrong with the command line, where one of our own readers of values says it: clap's own words are English.
pub(super) fn complaint(error: &clap::Error, lang: Lang) -> Option<String> {
    if lang == Lang::En || error.kind() != ErrorKind::ValueValidation {
        return None;
    }
    let Wrong(why) = std::error::Error::source(error)?.downcast_ref()?;
    let named = |kind| match error.get(kind) {
        Some(ContextValue::String(named)) => named.as_str(),
        _ => "",
    };
    let (value, argument) = (named(ContextKind::InvalidValue), named(ContextKind::InvalidArg));
    let message = text!("invalid value '{value}' for '{argument}': {why}", value, argument, why);
    let next = text!("For more information, try '--help'.");
    Some(format!("{}\n\n{}\n", text!("error: {message}", message).to(lang), next.to(lang)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;

    /// Every line that is a sentence of ours, and not an example to type.
    fn lines(command: &Command, all: &mut BTreeSet<String>) {
        let mut said: Vec<String> = vec![];
        said.extend(command.get_about().map(ToString::to_string));
        said.extend(command.get_after_help().map(ToString::to_string));
        for arg in command.get_arguments() {
            said.extend(arg.get_help().map(ToString::to_string));
            said.extend(arg.get_help_heading().map(str::to_owned));
        }
        let lines = said.iter().flat_map(|help| help.split('\n'));
        all.extend(
            lines.filter(|line| !line.trim().is_empty() && !line.starts_with("  ")).map(str::to_owned),
        );
        command.get_subcommands().for_each(|inner| self::lines(inner, all));
    }

    fn phrases() -> BTreeSet<String> {
        let mut command = crate::cli::Cli::command();
        command.build();
        let mut all = ["Usage:", "Commands", "Arguments", "Options"].map(str::to_owned).into();
        lines(&command, &mut all);
        all
    }

    #[test]
    fn all_help_is_translated_and_no_translation_is_left_over() {
        let (_, known) = crate::words::translations().find(|(room, _)| *room == "help").expect("a file");
        let known: BTreeSet<_> = known.expect("YAML").into_iter().map(|(line, _)| line).collect();
        let phrases = phrases();
        assert_eq!(
            phrases.difference(&known).collect::<Vec<_>>(),
            [""; 0],
            "without a translation in words/zh/help.yaml"
        );
        assert_eq!(known.difference(&phrases).collect::<Vec<_>>(), [""; 0], "translated, and nowhere said");
    }

    #[test]
    fn the_translated_commands_are_sound() {
        in_language(crate::cli::Cli::command(), Lang::Zh).debug_assert();
    }
}
