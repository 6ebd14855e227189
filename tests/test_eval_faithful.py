"""The entailment instrument, what is scored with it, and how its errors are told."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from eval import calibrate, entail, faithful, powered, values
from eval.calibrate import read_calibration
from eval.corpus import Corpus
from eval.encoder import PairEncoder, PairTokens, pad
from eval.errors import BadInstrument
from eval.reply import Reply
from tests.eval_fakes import BRIDGES, HALLS, TEXTS, answer, citation

TRIALS = 400
CORPUS = Corpus.of(TEXTS)


class Says:
    """Holds exactly the pairs it is given: a claim, and the words that a quote must have all of."""

    def __init__(self, needs: dict[str, tuple[str, ...]]) -> None:
        self._needs = needs

    def chances(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        return [float(all(word in quote for word in self._needs[claim])) for claim, quote in pairs]


def cited(text: str, quotes: Sequence[str], doc: str = "bridges.txt") -> Reply:
    return Reply.model_validate(answer(text, [citation(doc, quote, at) for at, quote in enumerate(quotes, 1)]))


def test_citation_recall_and_precision_as_alce_defines_them() -> None:
    arden, birk, colm = BRIDGES["Arden"], BRIDGES["Birk"], BRIDGES["Colm"]
    judge = Says({"both": ("Arden", "Birk"), "one": ("Arden",), "none": ("Zell",)})
    # Needed together: neither holds it alone, and without either the rest does not.
    assert faithful.citations(cited("both", [arden, birk]), judge) == faithful.Citations(1, 1)
    # The third neither holds it alone nor is missed.
    assert faithful.citations(cited("both", [arden, birk, colm]), judge) == faithful.Citations(1, 2 / 3)
    assert faithful.citations(cited("one", [arden, birk]), judge) == faithful.Citations(1, 1 / 2)
    # A sentence that is not held makes every citation of it imprecise.
    assert faithful.citations(cited("none", [arden, birk]), judge) == faithful.Citations(0, 0)
    assert faithful.citations(cited("one", []), judge) == faithful.Citations(0, None)
    assert faithful.citations(Reply(status="supported", answer="x"), judge) is None


def test_faithfulness_counts_exact_quotes_alone() -> None:
    judge = Says({"one": ("Arden",)})
    good = cited("one", [BRIDGES["Arden"]])
    assert faithful.faithfulness(good, CORPUS, judge) == 1
    assert faithful.worded(good, CORPUS) == 1
    wrong = answer("one", [citation("bridges.txt", BRIDGES["Arden"]) | {"start": 3}])
    assert faithful.faithfulness(Reply.model_validate(wrong), CORPUS, judge) == 0
    assert faithful.faithfulness(cited("one", []), CORPUS, judge) == 0
    assert faithful.worded(cited(BRIDGES["Arden"], [BRIDGES["Arden"]]), CORPUS) == 0


@pytest.mark.parametrize(
    ("claim", "quote", "stands"),
    [
        ("The hall will open.", "The hall will open.", True),
        ("The hall will open", "So. The  hall will\nopen. Then it shuts.", True),
        ("The hall will open.", 'He said: "no". The hall will open!', True),
        ("the hall will open.", "It is false that the hall will open.", False),
        ("The hall will open.", "The hall will open unless it rains.", False),
        ("The hall will open.", "The hall will not open.", False),
        ("It costs 5.", "It costs 5.50 euros.", False),
        ("It costs 5.", "It costs 5. It is long.", True),
        ("", "Anything.", False),
    ],
)
def test_word_for_word_means_whole_sentences(claim: str, quote: str, stands: bool) -> None:
    assert entail.verbatim(claim, quote) is stands


@pytest.mark.parametrize(
    ("text", "dates", "numbers"),
    [
        ("It cost $100 million in 2019.", {"2019"}, {("100000000", "$")}),
        ("On 24 June 2019", {"2019", "m6", "m6d24"}, set()),
        ("June 24th, 2019", {"2019", "m6", "m6d24"}, set()),
        ("2019-06-24", {"2019", "m6", "m6d24"}, set()),
        ("It may rain in May", {"m5"}, set()),
        ("69% of 1,905 people on a Monday in the 1990s", {"monday", "1990s"}, {("69", "%"), ("1905", "")}),
        ("twenty dollars, 5 per cent", set(), {("20", "$"), ("5", "%")}),
    ],
)
def test_dates_and_numbers_are_told_apart(text: str, dates: set[str], numbers: set[tuple[str, str]]) -> None:
    assert values.dates(text) == dates
    assert values.numbers(text) == numbers


def test_values_agree_in_every_form_and_names_may_open_a_sentence() -> None:
    assert not values.lacks_number("1905 people", "1,905 people")
    assert not values.lacks_date("built in 1905", "1,905 it says")
    assert values.lacks_number("5 %", "5 dollars")
    assert values.lacks_date("on 24 June", "on 25 June")
    assert values.names("John Smith's dog. However the Arden Bridge") == {"john", "smith", "arden", "bridge"}
    assert not values.lacks_name("In Zürich", "ZURICH'S bank")


def test_numpy_reads_what_torch_trained(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    from eval.instrument import train

    torch.manual_seed(0)
    model = train.Judge(train.Plan())
    with torch.no_grad():
        for one in model.parameters():
            if one.requires_grad:
                one.add_(torch.randn_like(one) * 0.02).copy_(one.half())
    path = tmp_path / "weights.safetensors"
    save_file(train.trained(model), path, {"plan": json.dumps(asdict(train.Plan()))})
    pairs = [("The bridge costs 5.", "A bridge costs 5 dollars. It is long."), ("a b", "c " * 400)]
    tokens = PairTokens()
    with torch.no_grad():
        theirs = [float(model(*map(torch.from_numpy, pad([tokens(*pair)])))[0]) for pair in pairs]
    assert PairEncoder(path).logits(pairs) == pytest.approx(theirs, abs=1e-4)


def test_a_long_quote_is_read_where_it_meets_the_claim() -> None:
    quote = "Nothing here. " * 300 + "The Arden bridge costs twelve dollars. " + "Nothing here. " * 300
    ids, first = PairTokens()("The Arden bridge costs twelve dollars.", quote)
    assert len(ids) <= 256
    claim = ids[1 : first - 1]
    assert any(ids[at : at + len(claim)] == claim for at in range(first, len(ids)))


HELD = [
    ("The bridge costs 12 million dollars.", "The Arden bridge costs 12 million dollars, said the mayor."),
    ("The library opened in 1905.", "Built by subscription, the library opened in 1905 after long delays."),
    ("Holm exports sugar to Dorn.", "Sugar is what Holm exports to Dorn, and little else."),
    ("The mayor resigned on Monday.", "On Monday the mayor resigned, citing poor health."),
]
NOT_HELD = [
    ("The bridge costs 13 million dollars.", HELD[0][1]),
    ("The library opened in 1915.", HELD[1][1]),
    ("Holm exports sugar to Birk.", HELD[2][1]),
    ("The mayor did not resign on Monday.", HELD[3][1]),
    ("The bridge costs 12 million dollars.", HELD[3][1]),
    ("Rain is expected in the north.", HELD[1][1]),
]


def test_the_shipped_instrument_tells_faithful_wordings_from_changed_ones() -> None:
    judge = entail.shipped()
    assert min(judge.chances(HELD)) > max(judge.chances(NOT_HELD))
    assert max(judge.chances(NOT_HELD)) < entail.HOLDS
    assert judge.chances([("Word for word.", "Here. Word for word."), ("Anything", " ")]) == [1, 0]


def test_the_shipped_calibration_is_that_of_the_shipped_instrument() -> None:
    found = read_calibration()
    assert found.sha256 == entail.shipped().sha256
    bench, kept = found.sets
    assert (bench.auroc.n, bench.name) == (1198, calibrate.BENCH)
    assert kept.auroc.n > 300
    for one in found.sets:
        assert one.auroc.low > 0.5
        assert one.balanced_accuracy.low > 0.5


def test_an_instrument_that_was_changed_is_refused(tmp_path: Path) -> None:
    for name in (entail.MANIFEST, entail.CALIBRATION):
        (tmp_path / name).write_bytes((entail.FOLDER / name).read_bytes())
    (tmp_path / entail.WEIGHTS).write_bytes(b"something else")
    with pytest.raises(BadInstrument, match="is not the file"):
        entail.read_fit(tmp_path)
    (tmp_path / entail.CALIBRATION).write_text("{", encoding="utf-8")
    with pytest.raises(BadInstrument, match="holds no instrument"):
        entail.read_fit(tmp_path)
    with pytest.raises(BadInstrument, match="cannot be used"):
        read_calibration(tmp_path)


def test_agreement_with_people_by_hand() -> None:
    found = calibrate.agreement("x", [2.0, 1.0, -1.0, 0.5, -2.0], [True, True, True, False, False])
    assert found.auroc.value == pytest.approx(5 / 6)
    assert found.sensitivity.value == 2 / 3
    assert found.specificity.value == 1 / 2
    assert found.balanced_accuracy.value == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found.bias.mean == pytest.approx((3 - 3) / 5)
    assert found.auroc.low < found.auroc.value <= found.auroc.high


def test_the_regression_finds_the_feature_that_tells() -> None:
    draw = np.random.default_rng(4)
    truth = draw.uniform(size=400) < 0.2
    rows = np.column_stack([truth + draw.normal(size=400) * 0.4, draw.normal(size=400)])
    fit = calibrate.fit_regression(rows.tolist(), truth.tolist())
    assert fit.weights[0] > 10 * abs(fit.weights[1])
    # Classes weigh the same, so the border lies half way although few are true.
    assert fit([0.5, 0.0]) == pytest.approx(0.5, abs=0.15)


def readings(draw: np.random.Generator, n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what is true of n sentences, and what an instrument says that misses 10 % and invents 30 %."""
    truth = draw.uniform(size=n) < share
    said = np.where(truth, draw.uniform(size=n) < 0.9, draw.uniform(size=n) < 0.3)
    return truth.astype(float), said.astype(float)


def test_intervals_with_labels_of_the_run_hold_the_truth_and_are_narrower_than_labels_alone() -> None:
    draw, share, inside, widths, alone = np.random.default_rng(1), 0.8, 0, [], []
    for _ in range(TRIALS):
        _, said = readings(draw, 2000, share)
        labels, labelled = readings(draw, 200, share)
        found = powered.tuned(said.tolist(), labelled.tolist(), labels.tolist())
        inside += found.low <= share <= found.high
        widths.append(found.high - found.low)
        alone.append(2 * 1.96 * math.sqrt(labels.var(ddof=1) / len(labels)))
    assert 0.92 <= inside / TRIALS <= 0.98
    assert np.mean(widths) < 0.9 * np.mean(alone)


def test_useless_readings_cost_nothing() -> None:
    draw = np.random.default_rng(2)
    labels = (draw.uniform(size=200) < 0.7).astype(float)
    noise, other = (draw.uniform(size=n) < 0.5 for n in (200, 2000))
    found = powered.tuned(other.astype(float).tolist(), noise.astype(float).tolist(), labels.tolist())
    alone = 2 * 1.96 * math.sqrt(labels.var(ddof=1) / 200)
    assert found.high - found.low == pytest.approx(alone, rel=0.03)
    assert powered.tuned([1.0] * 5, [1.0, 1.0], [1.0, 0.0]).value == 1 / 2  # nothing to weigh


def test_a_lent_bias_sets_right_what_it_may_and_leaves_what_is_certain() -> None:
    draw, share, inside, raw = np.random.default_rng(3), 0.8, 0, 0
    for _ in range(TRIALS):
        _, said = readings(draw, 300, share)
        labels, labelled = readings(draw, 400, share)
        bias = powered.Bias.of(labelled.tolist(), labels.tolist())
        found = powered.borrowed(said.tolist(), [1.0] * len(said), bias)
        inside += found.low <= share <= found.high
        raw += abs(said.mean() - share) <= 1.96 * said.std() / math.sqrt(len(said))
    assert 0.92 <= inside / TRIALS <= 0.98
    assert raw / TRIALS < inside / TRIALS  # readings alone are sure of the wrong thing
    bias = powered.Bias(0.2, 0.2, 400)
    certain = powered.borrowed([1.0] * 50, [0.0] * 50, bias)
    assert (certain.value, certain.low, certain.high, certain.n) == (1, 1, 1, 50)
    half = powered.borrowed([1.0] * 50, [0.5] * 50, bias)
    assert half.value == pytest.approx(0.9)


def test_hall_quotes_are_no_bridges() -> None:
    assert faithful.faithfulness(cited(BRIDGES["Arden"], [HALLS["Arden"]], "halls.txt"), CORPUS, entail.shipped()) == 0
