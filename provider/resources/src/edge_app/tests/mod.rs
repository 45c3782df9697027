//! Plans and configurations of whole applications, in process.
