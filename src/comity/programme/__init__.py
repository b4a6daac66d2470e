"""Synthetic programmes: people, bookings and what follows them, from a script."""
