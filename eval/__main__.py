"""``python -m eval``: calms the thread pools before any of them is loaded, then runs the command line."""

from __future__ import annotations

from rag import threads


def main() -> None:
    """Run the command line."""
    threads.calm()
    from eval.cli import app

    app(prog_name="python -m eval")


if __name__ == "__main__":
    main()
