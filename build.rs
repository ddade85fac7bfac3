//! The released program ends where it panics, so nobody ever reads how to unwind it: a twelfth of its bytes.
//! The compiler can't leave these tables out, since the standard library brings them along; the linker can.

use std::{env, fs, path::Path};

/// What the linker does besides its own rules.
const WITHOUT_TABLES: &str = "\
SECTIONS {
  /DISCARD/ : { *(.eh_frame .eh_frame.* .gcc_except_table .gcc_except_table.*) }
} INSERT AFTER .rodata;
";

#[expect(clippy::disallowed_methods, reason = "cargo speaks by the environment")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let read = |name| env::var(name).unwrap_or_default();
    // Other systems keep them elsewhere, and a linker that somebody chose may not read such rules.
    let flags = read("CARGO_ENCODED_RUSTFLAGS");
    let chosen = !read("RUSTC_LINKER").is_empty()
        || flags.split('\u{1f}').any(|flag| flag.trim_start_matches("-C").starts_with("link"));
    if read("PROFILE") == "release" && read("TARGET") == "x86_64-unknown-linux-gnu" && !chosen {
        let rules = Path::new(&read("OUT_DIR")).join("without_tables.ld");
        fs::write(&rules, WITHOUT_TABLES).expect("the folder of this build can be written");
        println!("cargo::rustc-link-arg-bins=-T");
        println!("cargo::rustc-link-arg-bins={}", rules.display());
    }
}
