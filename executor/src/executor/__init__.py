"""Runs the Python of analysis jobs, one isolated session each."""
