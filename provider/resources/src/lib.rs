//! zt-resources
