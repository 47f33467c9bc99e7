"""The ledger of claims, the findings of studies and the figures speak of each other by names that exist."""

from pathlib import Path

import pytest

from figures.drawing import __file__ as drawing
from specbound.core.catalogue import catalog
from specbound.report.ledger import REFUTED, ROLES, read_ledger
from verify.findings import findings_of
from verify.studies import studies

FOUND = {name: findings_of(name, []) for name in studies()}
REFERENCES = [
    reference
    for claim in read_ledger(catalog())
    for role in ROLES
    for reference in getattr(claim, role)
    if "/" in reference
]


@pytest.mark.parametrize("reference", sorted(set(REFERENCES)))
def test_a_claim_refers_to_a_finding_that_a_study_gives(reference: str) -> None:
    study, _, name = reference.removeprefix(REFUTED).partition("/")
    assert name in [finding.name for finding in FOUND[study]]


@pytest.mark.parametrize("study", sorted(FOUND))
def test_a_study_gives_findings_and_without_records_decides_none(study: str) -> None:
    found = FOUND[study]
    names = [finding.name for finding in found]
    assert names
    assert len(set(names)) == len(names)
    for finding in found:
        assert finding.holds is None
        assert finding.claim.endswith(".")
        assert finding.told


@pytest.mark.parametrize("study", sorted(FOUND))
def test_a_finding_names_figures_that_are_drawn(study: str) -> None:
    drawn = {path.stem for path in Path(drawing).parent.glob("*.py")}
    assert {figure for finding in FOUND[study] for figure in finding.figures} <= drawn
