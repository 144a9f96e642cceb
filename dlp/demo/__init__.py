"""The main job played by itself on files made here; ``make demo`` fails when an outcome is not the expected one."""
