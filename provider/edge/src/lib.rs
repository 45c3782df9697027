//! zt-edge
