"""The pages, one small file for each room of the console."""
