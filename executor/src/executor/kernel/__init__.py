"""Runs cells in IPython and shows what they show; lives in the process that runs the code."""
