"""Looking at pictures: what is written in them, in a process of its own that only lives while there are pictures."""
