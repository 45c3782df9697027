//! zt-wire-proto
