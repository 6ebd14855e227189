"""What sentence and quote say, typed: numbers, dates, names, stance, roles. ``rag.verify`` judges by it."""
