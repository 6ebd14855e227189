"""The answer engine: documents in, answers proven by quotes out. Knows nothing of HTTP or of evaluation."""
