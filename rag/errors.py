"""What may go wrong in a way that a user can mend. Everything else is a bug and may show its traceback.

A message says what was found, what was wanted and what to do next, in one line. ``status`` is the HTTP status that
fits and ``kind`` the stable name that programs may test for; both live here so that every door says the same.
"""

from __future__ import annotations


class VouchError(Exception):
    """Base of every error that is shown to a user as one clear line."""

    kind = "error"
    status = 500


class BadQuestion(VouchError):
    """The question is empty, too long or not text."""

    kind = "bad-question"
    status = 422


class BadSetting(VouchError):
    """A flag, variable or line of vouch.toml cannot be used."""

    kind = "bad-setting"
    status = 500


class NoIndex(VouchError):
    """Nothing has been indexed yet."""

    kind = "no-index"
    status = 409


class UnknownDocument(VouchError):
    """No document has that id."""

    kind = "unknown-document"
    status = 404


class UnknownModel(VouchError):
    """No model goes by that name."""

    kind = "unknown-model"
    status = 404


class Refused(VouchError):
    """A file cannot be taken in: not a document, damaged, encrypted, empty or enormous."""

    kind = "refused-document"
    status = 415


class BadBundle(VouchError):
    """A file is not a saved answer that can be checked."""

    kind = "bad-bundle"
    status = 422


class TooLarge(Refused):
    """A file or upload is over the limit."""

    kind = "too-large"
    status = 413


class BadModel(VouchError):
    """A model file is missing, truncated, of another format, or has another hash than the source expects."""

    kind = "bad-model"
    status = 500


class BadStore(VouchError):
    """The data folder cannot be read or written: permissions, damage, or a newer version's layout."""

    kind = "bad-store"
    status = 500


class Busy(VouchError):
    """Too many questions wait already; try again after ``retry_after`` seconds."""

    kind = "busy"
    status = 503

    def __init__(self, message: str, retry_after: int = 2) -> None:
        super().__init__(message)
        self.retry_after = retry_after
