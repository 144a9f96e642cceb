"""Sealing and keys. Imports nothing of ours."""
