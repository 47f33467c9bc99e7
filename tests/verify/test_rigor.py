"""The study of verdicts beyond rounding: what it hands to the check, what is a surprise in it, and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from specbound.campaign import Record, Status, evidence_in
from specbound.checks.measured import Chain
from specbound.core.evidence import Evidence, Kind
from specbound.core.statement import Expected
from specbound.core.verdict import Relation, Verdict
from tests.numeric.exact_products import exact, identity, product, transposed
from tests.verify.made import record
from verify import rigor
from verify.findings import findings_of

EQUALITIES = [name for name, claim in rigor.STATEMENTS.items() if claim.relation is Relation.EQ]
INEQUALITIES = [name for name in rigor.STATEMENTS if name not in EQUALITIES]
REFUTED = [name for name, claim in rigor.STATEMENTS.items() if claim.expected is Expected.REFUTED]


def _evidence(statement: str, counts: dict[str, int], **details: object) -> Evidence:
    verdict = next((v for v in Verdict if v.value in counts and v is not Verdict.HOLDS), Verdict.HOLDS)
    told = {"not available": 0, "reason": "", "width": 0.0, "by": {}, "undecided": [], **details}
    return Evidence(statement, Kind.CERTIFIED, verdict, counts=counts, details=told)


def _decided(statement: str, weights: str = "MiniLM", **counts: int) -> Record:
    evidence = [_evidence(statement, counts).to_json()] if counts else []
    measured = {"evidence": evidence, "reason": "" if counts else "too large"}
    parameters = {"statement": statement, "weights": weights, "matrices": 4}
    return record("rigor", parameters, rigor.predict(statement), measured)


def _whole(**of_inequalities: int) -> list[Record]:
    """A record of each statement."""
    return [
        *(_decided(name, **of_inequalities) for name in INEQUALITIES),
        *(_decided(name, CONSISTENT=7) for name in EQUALITIES),
    ]


def test_both_kinds_of_statements_are_there() -> None:
    assert len(INEQUALITIES) > len(EQUALITIES) > 0
    assert REFUTED == ["triple_independent"]
    for grids in rigor.study.grids.values():
        for grid in grids if isinstance(grids, list) else [grids]:
            assert list(grid.axes["statement"]) == list(rigor.STATEMENTS)


def test_what_is_predicted() -> None:
    assert rigor.predict("weyl_sum") == {"violated": False, "open": 0.01}
    assert rigor.predict("triple_independent")["violated"] is None


def test_decided_or_consistent_is_as_predicted() -> None:
    records = _whole(HOLDS=99, UNDECIDED=1)
    assert rigor.unexpected(records) == []
    assert rigor.undecided(records) == (len(INEQUALITIES), 100 * len(INEQUALITIES))


def test_a_violation_of_what_holds_is_a_surprise_and_one_of_the_refuted_reading_is_none() -> None:
    (line,) = rigor.unexpected([*_whole(HOLDS=9), _decided("weyl_sum", HOLDS=8, VIOLATED=1)])
    assert "weyl_sum" in line
    assert "VIOLATED" in line
    (line,) = rigor.unexpected([*_whole(HOLDS=9), _decided(EQUALITIES[0], CONSISTENT=3, VIOLATED=1)])
    assert EQUALITIES[0] in line
    assert rigor.unexpected([*_whole(HOLDS=9), _decided(REFUTED[0], VIOLATED=9)]) == []


def test_too_much_left_open_is_a_surprise() -> None:
    (line,) = rigor.unexpected(_whole(HOLDS=98, UNDECIDED=2))
    assert line.startswith(f"{2 * len(INEQUALITIES)} of {100 * len(INEQUALITIES)} inequalities are undecided")
    # Of an equality nothing but consistency can be said: it neither adds nor dilutes.
    open_ = [_decided(EQUALITIES[0], CONSISTENT=10**6), *_whole(HOLDS=98, UNDECIDED=2)]
    assert rigor.undecided(open_) == rigor.undecided(_whole(HOLDS=98, UNDECIDED=2))
    (line,) = rigor.unexpected(open_)


def test_a_claim_that_nothing_decides_on_the_transformer_is_a_surprise() -> None:
    (line,) = rigor.unexpected([*_whole(HOLDS=9), _decided("mirsky")])
    assert "mirsky" in line
    assert "nothing was decided: too large" in line
    assert rigor.unexpected([*_whole(HOLDS=9), _decided("mirsky", "digits")]) == []


def test_a_record_that_failed_says_nothing() -> None:
    failed = replace(_decided("weyl_sum", VIOLATED=1), status=Status.FAILED, measurement={})
    assert rigor.unexpected([failed]) == []
    assert evidence_in([failed]) == []


@pytest.mark.parametrize(
    ("counts", "holds"),
    [
        ({"HOLDS": 100}, True),
        ({"HOLDS": 999, "UNDECIDED": 1}, True),
        ({"HOLDS": 99, "UNDECIDED": 1}, False),
        ({"HOLDS": 1, "UNDECIDED": 1}, False),
    ],
)
def test_the_finding_follows_what_is_left_open(counts: dict[str, int], holds: bool) -> None:
    (finding,) = findings_of("rigor", _whole(**counts))
    assert finding.holds is holds
    assert f"{sum(counts.values()) * len(INEQUALITIES):,} instances of inequalities" in finding.told
    assert f"{7 * len(EQUALITIES):,} instances of equality consistent" in finding.told


@pytest.mark.parametrize("lacking", [0, -1])
def test_the_finding_lacks_a_statement_that_was_not_decided(lacking: int) -> None:
    records = _whole(HOLDS=9)
    gone = records[lacking].parameters["statement"]
    for rest in (
        [one for one in records if one.parameters["statement"] != gone],
        [_decided(gone), *(one for one in records if one.parameters["statement"] != gone)],
    ):
        (finding,) = findings_of("rigor", rest)
        assert finding.holds is None
        assert gone in finding.told


def test_a_violation_is_shown_in_words_with_what_is_open_and_what_is_not_available() -> None:
    open_ = {"A": "encoder", "k": 3, "width": 1e-9}
    item = _evidence(
        "weyl_sum",
        {"HOLDS": 5, "VIOLATED": 1, "UNDECIDED": 1},
        by={"fast": 4, "tight": 2},
        undecided=[open_],
        reason="no gap",
        **{"not available": 2},
    )
    shown = record(
        "rigor", {"statement": "weyl_sum", "weights": "MiniLM", "matrices": 4}, {}, {"evidence": [item.to_json()]}
    )
    console = Console(file=StringIO(), width=200)
    rigor.show([shown, _decided("mirsky", HOLDS=1)], console)
    printed = console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue]
    for words in ("1 VIOLATED", "5 HOLDS", "2 not available", "4 fast, 2 tight", "1 of 8 inequalities undecided"):
        assert words in printed
    assert "undecided: weyl_sum {'A': 'encoder', 'k': 3, 'width': 1e-09}" in printed
    assert "not available: weyl_sum: no gap" in printed
    assert "horn_product" not in printed


# What is handed over.


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chain]:
    """A chain of small matrices in place of the transformer's."""
    draws = np.random.default_rng(0)
    shapes = [(8, 8), (8, 8), (8, 8), (40, 8)]
    chain = Chain("MiniLM", {f"w{n}": draws.standard_normal(shape) for n, shape in enumerate(shapes)})
    monkeypatch.setattr(rigor, "transformer_chain", lambda: chain)
    rigor._last.cache_clear()
    yield chain
    rigor._last.cache_clear()


@pytest.mark.parametrize("statement", rigor.STATEMENTS)
def test_every_statement_is_decided_on_a_small_chain(small: Chain, statement: str) -> None:
    measured = rigor.measure(statement, "MiniLM", 3, 0)
    assert measured["reason"] == ""
    (found,) = evidence_in([record("rigor", {}, {}, measured)])
    assert found.statement == statement
    assert found.kind is Kind.CERTIFIED
    if rigor.predict(statement)["violated"] is False:
        assert found.verdict in (Verdict.HOLDS, Verdict.CONSISTENT, Verdict.UNDECIDED)
    assert sum(found.details["by"].values()) > 0


def test_where_nothing_fits_the_reason_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        rigor, "transformer_chain", lambda: Chain("MiniLM", {"w": np.ones((3, 2)), "v": np.ones((4, 7))})
    )
    rigor._last.cache_clear()
    measured = rigor.measure("weyl_sum", "MiniLM", 2, 0)
    rigor._last.cache_clear()
    assert measured["evidence"] == []
    assert measured["reason"]


def test_the_last_matrices_are_taken_whole_but_for_kronecker_products(small: Chain) -> None:
    assert list(rigor._chain("weyl_sum", "MiniLM", 2, 0).matrices) == ["w2", "w3"]
    parts = rigor._chain(rigor.KRONECKER, "MiniLM", 2, 0)
    assert {name: matrix.shape for name, matrix in parts.matrices.items()} == {"w2": (8, 8), "w3": (24, 8)}
    assert (parts.matrices["w3"] == small.matrices["w3"][:24, :24]).all()
    assert "leading parts" in parts.name


def test_isometries_are_exact_and_stand_beside_their_weight(small: Chain) -> None:
    chain = rigor._chain(rigor.ISOMETRY, "MiniLM", 1, 0)
    assert list(chain.matrices) == ["right isometry of w3", "left isometry of w3", "w3"]
    right, left, weight = chain.matrices.values()
    assert weight is small.matrices["w3"]
    assert (left.shape, right.shape) == ((40, 16), (8, 8))
    for columns in (left, right):
        assert product(transposed(exact(columns)), exact(columns)) == identity(columns.shape[1])
        assert set(np.abs(columns).flat) == {0.0, 0.5}
    assert Fraction(float(left[0, 0])) in (0, Fraction(1, 2), Fraction(-1, 2))
    odd = rigor.isometry(8, np.random.default_rng(1))
    assert odd.shape == (8, 8)
