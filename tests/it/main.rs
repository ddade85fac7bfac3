//! The tests that run the real binary against the sandbox. The files mirror those of `src`.

mod world;

mod conformance;
