//! zt-wire
