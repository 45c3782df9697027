//! zt-protocol-tests
