"""How the shipped reader was made: data, model, loop, measurement, export. Nothing that serves answers imports it."""
