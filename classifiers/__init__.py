"""Blocks in, Classification out. Imports nothing of ours."""
