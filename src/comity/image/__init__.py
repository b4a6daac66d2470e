"""Pixels at 500 ppi: read, check, grade, and draw synthetic prints."""
