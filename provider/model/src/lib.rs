//! zt-model
