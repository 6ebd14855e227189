"""The chat page and the HTTP API over ``rag``. Never imports ``eval``."""
