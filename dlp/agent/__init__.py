"""The agent of one machine: takes what is dropped, has it judged, keeps it, and reports to its office."""
