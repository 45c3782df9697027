//! zt-aws
