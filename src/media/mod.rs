//! What outputs are made of, decoded within limits: pictures and the tables
//! of HTML. Nothing here knows of notebooks or of differences.

pub mod binary;
pub mod picture;
pub mod table;
