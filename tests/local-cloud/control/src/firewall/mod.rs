//! What WAF knows of rules: their statements, their capacity, AWS's managed groups.

pub(crate) mod managed;
pub(crate) mod statement;
