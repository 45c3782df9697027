//! zt-test-support
