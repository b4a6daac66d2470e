"""The byte layouts of minutiae records, a module a layout."""
