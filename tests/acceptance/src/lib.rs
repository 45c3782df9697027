//! zt-acceptance-tests
