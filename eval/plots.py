"""Small plots as inline SVG, written by hand: no library, no date, no random ids, so equal inputs give equal bytes.

Every function returns one ``<svg>`` with a ``<title>`` that says the same in words. Colours come from the
page's style sheet, so that dark and light both work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from eval.intervals import Interval
from eval.selective import Bin, RiskCoverage

WIDTH, HEIGHT = 420, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 12, 12, 40
_BAR = 22  # height of a bar with its gap, in pixels
_NAMES = 130  # width of the column of names beside bars
_HISTOGRAM_BINS = 24

_SVG = Markup(
    '<svg viewBox="0 0 {} {}" width="{}" height="{}" role="img" xmlns="http://www.w3.org/2000/svg">'
    "<title>{}</title>{}</svg>"
)
_LINE = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
_TEXT = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
_RECT = Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
_DOT = Markup('<circle class="mark" cx="{:.1f}" cy="{:.1f}" r="4"/>')
_PATH = Markup('<polyline class="{}" points="{}"/>')


def risk_coverage_plot(curve: RiskCoverage) -> Markup:
    """Draw risk against coverage, with the risk of a random order as a dashed line."""
    parts = [*_frame("share of questions answered", "share wrong")]
    parts.append(_LINE.format("dashed", _x(0), _y(curve.random.value), _x(1), _y(curve.random.value)))
    points = zip(curve.coverage, curve.risk, strict=True)
    parts.append(_PATH.format("mark", " ".join(f"{_x(c):.1f},{_y(r):.1f}" for c, r in points)))
    parts += [_DOT.format(_x(curve.coverage[-1]), _y(curve.risk[-1]))]
    return _svg(f"Risk and coverage over {curve.area.n} answers; area {curve.area.value:.3f}", parts, HEIGHT)


def reliability_plot(bins: Sequence[Bin]) -> Markup:
    """Draw the share right against the confidence; on the dashed line the two agree."""
    parts = [*_frame("confidence", "share right"), _LINE.format("dashed", _x(0), _y(0), _x(1), _y(1))]
    for one in bins:
        x = _x(one.confidence)
        parts.append(_LINE.format("range", x, _y(one.right.low), x, _y(one.right.high)))
        parts.append(_DOT.format(x, _y(one.right.value)))
    n = sum(one.right.n for one in bins)
    return _svg(f"Reliability over {n} answers in {len(bins)} bins", parts, HEIGHT)


def bars(title: str, shares: Mapping[str, Interval]) -> Markup:
    """Draw a bar for each share, with its interval as a thin line and n behind the name."""
    parts, width = [], WIDTH - _NAMES - _RIGHT - 40
    for row, (name, share) in enumerate(shares.items()):
        top = _TOP + row * _BAR
        middle = top + (_BAR - 6) / 2
        parts.append(_TEXT.format(_NAMES - 6, middle + 4, "end", f"{name} ({share.n})"))
        parts.append(_RECT.format("bar", _NAMES, top, share.value * width, _BAR - 6))
        parts.append(_LINE.format("range", _NAMES + share.low * width, middle, _NAMES + share.high * width, middle))
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
    """Return two axes from 0 with their ends and names."""
    return [
        _LINE.format("axis", _x(0), _y(0), _x(1), _y(0)),
        _LINE.format("axis", _x(0), _y(0), _x(0), _y(1)),
        _TEXT.format(_x(0), _y(0) + 16, "middle", "0"),
        _TEXT.format(_x(1), _y(0) + 16, "end", f"{right_end:.3g}"),
        _TEXT.format(_x(0.5), _y(0) + 32, "middle", across),
        _TEXT.format(_x(0) - 6, _y(1) + 4, "end", "1"),
        Markup('<text transform="translate(14 {:.1f}) rotate(-90)" text-anchor="middle">{}</text>').format(_y(0.5), up),
    ]


def _svg(title: str, parts: Sequence[Markup], height: int) -> Markup:
    return _SVG.format(WIDTH, height, WIDTH, height, title, Markup("").join(parts))
