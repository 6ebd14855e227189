"""What may go wrong in an evaluation in a way that its user can mend: shown as one clear line."""

from __future__ import annotations


class EvalError(Exception):
    """Base of every error that ends a command with one line instead of a traceback."""


class BadSuite(EvalError):
    """The suite cannot be used: not found, no corpus, no case, or a gold quote that is not in the corpus."""


class BadRun(EvalError):
    """The folder of a run cannot be read, or belongs to another run than the one that is to be resumed."""


class BadThresholds(EvalError):
    """The threshold file cannot be read or names a figure that does not exist."""


class BadInstrument(EvalError):
    """The entailment model that scores, or its calibration, is missing or damaged."""


class AskFailed(Exception):
    """The system under test gave no answer: it timed out, refused, crashed or sent something unreadable.

    Counted as failed, apart from wrong; the run goes on.
    """
