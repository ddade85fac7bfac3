//! Parse, run, exit code; nothing else.

use std::process::ExitCode;

/// A large plan is millions of small values: this one gives and takes them in half the time that the system's needs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mpform::cli::main().into()
}
