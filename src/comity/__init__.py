"""Comity: a fingerprint-sharing programme, run, governed and audited."""

__version__ = "0.1.0"
