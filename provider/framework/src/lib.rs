//! zt-framework
