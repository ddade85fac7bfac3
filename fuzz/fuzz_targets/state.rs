#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mpform::fuzzing::run("state", bytes));
