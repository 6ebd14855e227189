"""Small plots as inline SVG, written by hand: no library, no date, no random ids, so equal inputs give equal bytes.

Every function returns one ``<svg>`` with a ``<title>`` that says the same in words. Colours come from the
page's style sheet, so that dark and light both work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from eval.baseline import ALWAYS_REFUSE, TOP_SENTENCE
from eval.intervals import Interval
from eval.selective import Bin, RiskCoverage

WIDTH, HEIGHT = 420, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 14, 12, 44
_BAR = 26  # height of a bar with its gap, in pixels
_NAMES = 132  # width of the column of names beside bars
_SHARES = 52  # width of the column of shares behind them
_HISTOGRAM_BINS = 24
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)

_SVG = Markup(
    '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" xmlns="http://www.w3.org/2000/svg">'
    "<title>{}</title>{}</svg>"
)
_LINE = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
_TEXT = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
_RECT = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
_DOT = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="4"/>')
_PATH = Markup('<polyline class="{}" points="{}"/>')


def risk_coverage_plot(curve: RiskCoverage) -> Markup:
    """Draw risk against coverage, with the risk of a random order as a dashed line."""
    parts = [*_frame("share of questions answered", "share wrong")]
    parts.append(_LINE.format("dashed", _x(0), _y(curve.random.value), _x(1), _y(curve.random.value)))
    points = zip(curve.coverage, curve.risk, strict=True)
    parts.append(_PATH.format("mark", " ".join(f"{_x(c):.1f},{_y(r):.1f}" for c, r in points)))
    parts += [_DOT.format("mark", _x(curve.coverage[-1]), _y(curve.risk[-1]))]
    area = f"area {curve.area.value:.3f} [{curve.area.low:.3f}, {curve.area.high:.3f}]"
    return _svg(f"Risk and coverage over {curve.area.n} answers; {area}", parts, HEIGHT)


def reliability_plot(bins: Sequence[Bin]) -> Markup:
    """Draw the share right against the confidence; on the dashed line the two agree."""
    parts = [*_frame("confidence", "share right"), _LINE.format("dashed", _x(0), _y(0), _x(1), _y(1))]
    for one in bins:
        x = _x(one.confidence)
        parts.append(_LINE.format("range", x, _y(one.right.low), x, _y(one.right.high)))
        parts.append(_DOT.format("mark", x, _y(one.right.value)))
    n = sum(one.right.n for one in bins)
    return _svg(f"Reliability over {n} answers in {len(bins)} bins", parts, HEIGHT)


def bars(
    title: str, shares: Mapping[str, Interval], baselines: Mapping[str, Mapping[str, Interval]] | None = None
) -> Markup:
    """Draw a bar for each share, its interval as a thin line, n behind the name, the baselines as marks on it."""
    parts, width = [], WIDTH - _NAMES - _RIGHT - _SHARES
    trivial = baselines or {}
    for row, (name, share) in enumerate(shares.items()):
        top = _TOP + row * _BAR
        middle = top + (_BAR - 8) / 2
        parts.append(_TEXT.format(_NAMES - 8, middle + 4, "end", f"{name} ({share.n})"))
        parts.append(_RECT.format("track", _NAMES, top, width, _BAR - 8))
        parts.append(_RECT.format("bar", _NAMES, top, share.value * width, _BAR - 8))
        parts.append(_LINE.format("range", _NAMES + share.low * width, middle, _NAMES + share.high * width, middle))
        refused, sentence = (trivial.get(one, {}).get(name) for one in (ALWAYS_REFUSE, TOP_SENTENCE))
        if refused is not None:
            x = _NAMES + refused.value * width
            parts.append(_LINE.format("refuse", x, top - 2, x, top + _BAR - 6))
        if sentence is not None:
            parts.append(_DOT.format("ring", _NAMES + sentence.value * width, middle))
        parts.append(_TEXT.format(WIDTH - _RIGHT, middle + 4, "end", f"{share.value:.0%}"))
    return _svg(title, parts, 2 * _TOP + len(shares) * _BAR)


def histogram(title: str, seconds: Sequence[float]) -> Markup:
    """Draw how many answers took how long, in equal steps from nothing to the slowest."""
    slowest = max(seconds) or 1.0
    counts = [0] * _HISTOGRAM_BINS
    for taken in seconds:
        counts[min(_HISTOGRAM_BINS - 1, int(taken / slowest * _HISTOGRAM_BINS))] += 1
    parts = [*_frame("seconds", "share of answers", slowest)]
    step = 1 / _HISTOGRAM_BINS
    for at, count in enumerate(counts):
        share = count / len(seconds)
        parts.append(_RECT.format("bar", _x(at * step), _y(share), _x(step) - _x(0) - 1, _y(0) - _y(share)))
    return _svg(f"{title}: {len(seconds)} answers, slowest {slowest:.2f} s", parts, HEIGHT)


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _frame(across: str, up: str, right_end: float = 1.0) -> list[Markup]:
    """Return a grid with its ticks, and the names of the two axes."""
    parts = []
    for tick in _TICKS:
        parts.append(_LINE.format("grid" if tick else "axis", _x(0), _y(tick), _x(1), _y(tick)))
        parts.append(_LINE.format("grid" if tick else "axis", _x(tick), _y(0), _x(tick), _y(1)))
        parts.append(_TEXT.format(_x(tick), _y(0) + 16, "middle", f"{tick * right_end:.3g}"))
        parts.append(_TEXT.format(_x(0) - 6, _y(tick) + 4, "end", f"{tick:g}"))
    name = Markup('<text transform="translate(12 {:.1f}) rotate(-90)" text-anchor="middle">{}</text>')
    return [*parts, _TEXT.format(_x(0.5), _y(0) + 34, "middle", across), name.format(_y(0.5), up)]


def _svg(title: str, parts: Sequence[Markup], height: int) -> Markup:
    return _SVG.format(WIDTH, height, WIDTH, height, title, Markup("").join(parts))
