//! `mpform sandbox`.

use crate::text;
use crate::words::Text;
use std::net::SocketAddr;

use super::{Context, Exit};
use crate::sandbox::{Sandbox, Seed};

/// Arguments of `sandbox`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070")]
    listen: SocketAddr,
    /// A YAML file with the data to begin with, in place of the demo's
    #[arg(long, value_name = "FILE")]
    seed: Option<std::path::PathBuf>,
}

/// Serves until it is interrupted.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let seed = match &args.seed {
        None => Seed::Demo,
        Some(file) => match std::fs::read_to_string(file) {
            Ok(text) => Seed::yaml(&text),
            Err(error) => {
                context.fail(&text!("can't read {path}: {error}", path = file.display(), error));
                return Exit::Error;
            }
        },
    };
    // The clocks of those who call are checked against the sandbox's.
    let sandbox = Sandbox::new().seed(seed).starting_at(context.now.timestamp_millis()).real_time();
    let running = match sandbox.start(args.listen).await {
        Ok(running) => running,
        Err(error) => {
            let (address, error) = (args.listen, format!("{error:#}"));
            context.fail(&text!("the sandbox can't start at {address}: {error}", address, error));
            return Exit::Error;
        }
    };
    // Whoever reads the line may end us at once.
    let interrupted = super::session::interrupted();
    let url = running.url();
    context.print(&format!("{url}\n"));
    if args.seed.is_none() {
        context.note(&demo(url));
    }
    context.note(&text!(
        "what was asked: {url}/_sandbox/journal   what it holds: {url}/_sandbox/state   faults: {url}/_sandbox/faults",
        url
    ));
    context.note(&text!("Ctrl-C ends it"));
    interrupted.await;
    running.stop().await;
    Exit::Done
}

/// Where the demo's accounts are, and how two of them stand in a project.
fn demo(url: &str) -> Text {
    text!(
        "yeapoo's API is at {url}/v1/demo/… (an account with data) and {url}/v1/shop/… (one with followers only)\n\
         tanmarket's is at {url}/apiServer/api/v3/…, youmi's at {url}/v2/… with its tokens at {url}/connect/token;\n\
         as accounts of a project:\n  \
         community: {{provider: tanmarket, base_url: {url}/apiServer, app_id: wwDEMO0000000001_abc123, \
         app_key: demo-key-not-real}}\n  \
         care: {{provider: youmi, base_url: {url}, token_url: {url}/connect/token, client_id: demo-client, \
         client_secret: demo-secret-not-real}}",
        url
    )
}
