"""Readers: what stands in a file, as a stream of Blocks and Gaps, read in a confined process."""
