//! zt-e2e
