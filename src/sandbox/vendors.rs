//! The list of vendors: the one place where the chassis names them.

use anyhow::Result;

use super::seed::Seed;
use super::vendor::Vendor;
use crate::providers::tanmarket::sandbox::Tanmarket;
use crate::providers::yeapoo::sandbox::Yeapoo;
use crate::providers::youmi::sandbox::Youmi;

pub(super) fn all(seed: &Seed, now: i64) -> Result<Vec<Box<dyn Vendor>>> {
    Ok(vec![Box::new(Yeapoo::new(seed, now)?), Box::new(Tanmarket::new(seed)?), Box::new(Youmi::new(seed)?)])
}
