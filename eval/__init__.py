"""Measures the answer engine offline. Never imports ``web``."""
