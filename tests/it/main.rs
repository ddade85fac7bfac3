//! What the program promises, tried from outside.

mod readme;
