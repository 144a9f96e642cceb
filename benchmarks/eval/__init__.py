"""``make eval``: labelled documents made by a seeded generator, judged end to end, and what came out right."""
