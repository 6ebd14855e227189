"""Follows folders: whenever something in them changes, they are indexed again. What did not change costs a stat."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from rag.errors import Refused, VouchError
from rag.library import Library, Progress, Report

# Milliseconds in which changes are gathered: an editor writes a file in several steps, a copy takes its time.
_GATHER = 1600
# After a change, milliseconds without one before the folders are looked at.
_QUIET = 200
# Milliseconds between two looks at whether to stop.
_TICK = 500


def follow(
    library: Library,
    paths: Sequence[Path],
    *,
    prune: bool,
    progress: Progress | None = None,
    complain: Callable[[str], None],
    stop: Event | None = None,
) -> Iterator[Report]:
    """Yield a report of the first look, and one after each change in which something was done, until ``stop``.

    What cannot be done later on (a folder that was unmounted, a full disk) is told to ``complain``, and tried again
    with the next change.

    Raises:
        Refused: a path is no folder.
    """
    for path in paths:
        if not path.is_dir():
            raise Refused(f"{path} is not a folder; name the folder that is to be followed")
    # Watched before the first look: nothing that changes meanwhile is missed.
    changes = _changes([os.path.abspath(path) for path in paths], stop or Event())
    yield library.add_paths(paths, prune=prune, progress=progress)
    for _ in changes:
        try:
            report = library.add_paths(paths, prune=prune, progress=progress)
        except VouchError as error:
            complain(str(error))
            continue
        if report.of("added", "updated", "renamed", "removed", "refused"):
            yield report


def _changes(folders: Sequence[str], stop: Event) -> Iterator[None]:
    """Give an iterator that yields after changes in the folders; it watches from now on."""
    import watchfiles

    def matters(_: watchfiles.Change, changed: str) -> bool:
        below = [os.path.relpath(changed, folder) for folder in folders if changed.startswith(os.path.join(folder, ""))]
        return not any(part.startswith(".") for path in below for part in path.split(os.sep))

    found = watchfiles.watch(
        *folders,
        watch_filter=matters,
        debounce=_GATHER,
        step=_QUIET,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        stop_event=stop,
    )
    # The generator begins to watch when it is first asked. What it sees by then, the first look sees too.
    next(found, None)
    return (None for changes in found if changes)
