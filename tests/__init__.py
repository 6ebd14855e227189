"""The tests, flat: one file for each room."""
