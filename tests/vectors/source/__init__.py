"""One module for each vector file: data, expectations, and where needed an implementation of its own."""
