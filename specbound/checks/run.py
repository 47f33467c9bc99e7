"""Runs checks of several kinds on several statements and their mutants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from threadpoolctl import threadpool_limits

from specbound.checks.budget import Budget, budget_of
from specbound.checks.decide import Keep, ignored
from specbound.checks.measured import Chain, check_measured
from specbound.core.catalogue import catalog, select
from specbound.core.errors import InvalidInput, unknown_name
from specbound.core.evidence import Evidence, Kind
from specbound.core.statement import Statement
from specbound.numeric.ops import NotAvailable
from specbound.weights import gaussian

KINDS = ("symbolic", "property", "adversarial", "certified", "measured")
OPTIONAL = ("symbolic", "certified", "measured")
"""Kinds that are left out, and said to be, where there is no derivation, no python-flint or no matrix that fits."""

SEARCHES = ("property", "adversarial")

Progress = Callable[[str], None]

GAUSSIAN_SIZE = 32
"""Side of the Gaussian matrices on which tightness is measured where none are given."""


def check(
    statements: Iterable[str | Statement] | str | Statement | None = None,
    kinds: Iterable[str] | None = None,
    budget: str | Budget = "quick",
    seed: int = 0,
    device: str = "cpu",
    chains: Sequence[Chain] | None = None,
    progress: Progress = lambda _: None,
    keep: Keep = ignored,
) -> list[Evidence]:
    """Checks statements and gives the evidence, in order.

    **Parameters.** ``statements``: ids, statements, or one of them; None for the whole catalogue. ``kinds``: among
    symbolic, property, adversarial, certified, measured, or one of them; None for all. The adversarial check also
    attacks every mutant.
    ``budget``: quick, standard, deep, or a :class:`~specbound.checks.budget.Budget`. ``device``: a torch device, for
    the search. ``chains``: chains of matrices to measure on, and to certify on unless they are random; None for
    Gaussian matrices. ``progress``: called with one line before each check, and where one is not available (no
    derivation, no matrices that fit). ``keep``: is given each instance that the certified check decides.
    **Raises.** :class:`~specbound.core.errors.InvalidInput` for an unknown id, kind, budget or device.

    >>> [record.verdict.value for record in check("triple_independent", kinds=["adversarial"])][:1]
    ['VIOLATED']
    """
    chosen = _statements(statements)
    wanted = _kinds(kinds)
    spend = budget if isinstance(budget, Budget) else budget_of(budget)
    if seed < 0:
        raise InvalidInput(f"seed {seed}; required: a whole number from 0 up")
    if "adversarial" in wanted:
        from specbound.checks.adversarial import device_of

        device_of(device)
    given = chains if chains is not None else [_gaussian_chain(spend, seed)]
    found: list[Evidence] = []
    reason = ""
    tasks = [(statement, kind) for statement in chosen for kind in wanted]
    for number, (statement, kind) in enumerate(tasks, start=1):
        progress(f"[{number}/{len(tasks)}] {statement.id}: {kind}")
        try:
            found += check_one(statement, kind, spend, seed, device, given, progress, keep)
        except NotAvailable as error:
            if kind not in OPTIONAL:
                raise
            reason = str(error)
    if chains and "measured" in wanted and not any(record.kind is Kind.MEASURED for record in found):
        raise InvalidInput("none of the statements could be measured on the given matrices; see the lines above")
    if found and not any(record.examples or record.kind is Kind.SYMBOLIC for record in found):
        raise InvalidInput("nothing was compared: no drawn instance meets the assumptions; give recipes that do")
    if not found:
        raise InvalidInput(f"nothing could be checked: no {' or '.join(wanted)} check was available ({reason})")
    return found


def check_one(
    statement: Statement,
    kind: str,
    budget: Budget,
    seed: int,
    device: str,
    chains: Sequence[Chain],
    progress: Progress = lambda _: None,
    keep: Keep = ignored,
) -> list[Evidence]:
    """The evidence of one kind on one statement; the adversarial kind attacks its mutants too.

    **Parameters.** As for :func:`check`.
    **Raises.** :class:`NotAvailable` where the kind is optional and gives no evidence at all, and wherever another kind
    lacks something.
    """
    found: list[Evidence] = []
    reason = ""
    # Many small problems: two threads on one of them wait for each other, and wait long where other programs run.
    with threadpool_limits(limits=1):
        for one in _checks(statement, kind, budget, seed, device, chains, keep):
            try:
                found.append(one())
            except NotAvailable as error:
                if kind not in OPTIONAL:
                    raise
                reason = str(error)
                progress(f"not available: {reason}")
    for record in found:
        if kind in SEARCHES and not record.examples:
            progress(f"{record.statement}: no drawn instance meets the assumptions; give recipes that do")
    if not found:
        raise NotAvailable(reason)
    return found


def _checks(
    statement: Statement, kind: str, budget: Budget, seed: int, device: str, chains: Sequence[Chain], keep: Keep
) -> list[Callable[[], Evidence]]:
    """The checks of one kind. Each kind's libraries (SymPy, Hypothesis, torch) are imported when it is asked for."""
    if kind == "symbolic":
        from specbound.checks.symbolic import check_symbolic

        return [partial(check_symbolic, statement)]
    if kind == "property":
        from specbound.checks.property import check_property

        return [partial(check_property, statement, budget.property_examples, seed)]
    if kind == "adversarial":
        from specbound.checks.adversarial import check_adversarial

        attacked = [statement, *(statement.mutate(mutant) for mutant in statement.mutants)]
        return [partial(check_adversarial, item, budget, seed, device) for item in attacked]
    if kind == "certified":
        from specbound.checks.certified import check_certified, check_certified_on

        weights = [chain for chain in chains if not chain.random]
        drawn = partial(check_certified, statement, budget.certified_instances, seed, keep)
        return [drawn, *(partial(check_certified_on, statement, chain, keep) for chain in weights)]
    return [partial(check_measured, statement, chain) for chain in chains]


def _statements(given: Iterable[str | Statement] | str | Statement | None) -> list[Statement]:
    if given is None:
        return list(catalog().values())
    items: Sequence[str | Statement] = [given] if isinstance(given, str | Statement) else list(given)
    known = catalog() if any(isinstance(item, str) for item in items) else {}
    found = [item if isinstance(item, Statement) else select(known, [item])[0] for item in items]
    return list({item.id: item for item in found}.values())


def _kinds(given: Iterable[str] | None) -> list[str]:
    wanted = [given] if isinstance(given, str) else list(dict.fromkeys(KINDS if given is None else given))
    if not wanted:
        raise InvalidInput(f"no kind of check is named; give some of {', '.join(KINDS)}, or none for all")
    for kind in wanted:
        if kind not in KINDS:
            raise unknown_name("kind", kind, KINDS)
    return wanted


def _gaussian_chain(budget: Budget, seed: int) -> Chain:
    shapes = {f"gaussian {number}": (GAUSSIAN_SIZE, GAUSSIAN_SIZE) for number in range(budget.measured_tuples)}
    return Chain("gaussian", gaussian(shapes, seed), random=True)
