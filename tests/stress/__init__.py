"""The crash suite: each room is a program that prints one JSON line with its figure. `make stress` runs all of it."""
