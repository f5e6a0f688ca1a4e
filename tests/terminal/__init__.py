"""Screens, tested in a real terminal."""
