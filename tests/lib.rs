//! What the end-to-end tests share: a city under watch. The tests are in `pipeline/` (the chain, without a browser)
//! and `page/` (the page, in the browser that `browser/` drives).

#![allow(clippy::expect_used, clippy::panic)]

pub mod city;
