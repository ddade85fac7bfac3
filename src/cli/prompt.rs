//! Asking the person at the terminal, or the pipe in their place.

use crate::words::Text;
use std::io::{self, BufRead, IsTerminal, Write};

use super::Context;
use crate::problem::{Code, Problem};
use crate::text;

/// One line. The question shows only to a person.
pub(super) async fn line(question: &Text, context: &Context) -> Result<String, Problem> {
    if io::stdin().is_terminal() && !context.can_ask {
        let problem =
            Problem::error(Code::Declined, text!("nobody can be asked, since stderr is no terminal"));
        return Err(problem.help(text!("nothing was written; run it without redirecting stderr")));
    }
    let question = question_for(question, context);
    blocking(move || {
        question.show();
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    })
    .await
}

/// Whether a person says yes: only `yes` is taken for it.
pub(super) async fn yes(question: &Text, context: &Context) -> bool {
    context.can_ask && line(question, context).await.is_ok_and(|answer| answer == "yes")
}

/// Goes on only if a person says yes. `otherwise`: what to do where nobody can be asked.
pub(super) async fn agreed(question: &Text, otherwise: Text, context: &Context) -> Result<(), Problem> {
    if !context.can_ask {
        let nobody = text!("nobody can be asked, since this is no terminal");
        return Err(Problem::error(Code::Declined, nobody).help(otherwise));
    }
    if yes(question, context).await {
        return Ok(());
    }
    Err(Problem::error(Code::Declined, text!("declined; nothing was written"))
        .help(text!("run it again when you are ready")))
}

/// One line that does not show while it is typed.
pub(super) async fn secret(question: &Text, context: &Context) -> Result<String, Problem> {
    if !io::stdin().is_terminal() {
        return line(question, context).await;
    }
    let question = question_for(question, context);
    blocking(move || {
        question.show();
        console::Term::stderr().read_secure_line()
    })
    .await
}

struct Question(Option<String>);

impl Question {
    fn show(&self) {
        if let Some(text) = &self.0 {
            let _ = write!(io::stderr(), "{text}");
            let _ = io::stderr().flush();
        }
    }
}

fn question_for(text: &Text, context: &Context) -> Question {
    Question(context.can_ask.then(|| text.to(context.talk_style.lang)))
}

/// Without the line's end: blanks in front or behind are most likely copied by mistake.
async fn blocking(read: impl FnOnce() -> io::Result<String> + Send + 'static) -> Result<String, Problem> {
    let read = tokio::task::spawn_blocking(read).await;
    let line = read.map_err(io::Error::other).and_then(|line| line);
    line.map(|line| line.trim().to_owned()).map_err(|error| {
        Problem::error(Code::Declined, text!("no answer can be read: {error}", error))
            .help(text!("nothing was written; run it again"))
    })
}
