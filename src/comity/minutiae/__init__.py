"""Minutiae: from an image to a template, and templates in their standard and packed forms."""
