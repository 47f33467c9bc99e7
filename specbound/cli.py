"""The ``specbound`` command. Heavy imports wait until a command needs them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specbound import __version__
from specbound.core.errors import InvalidInput
from specbound.numeric.ops import NotAvailable
from specbound.report.command import AS_EXPECTED, BAD_INPUT, NOTHING_FOUND, SURPRISE, exit_code

if TYPE_CHECKING:
    from specbound.checks.decide import Decided
    from specbound.core.evidence import Evidence
    from specbound.core.statement import Statement

RESULTS = Path("verify/results")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 as expected, 1 a surprise, 2 bad input, 3 nothing found."""
    options = _parser().parse_args(arguments)
    return exit_code("specbound", lambda: options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="specbound", description="Check theorems on convergence-rate control against derivation and search."
    )
    parser.add_argument("--version", action="version", version=f"specbound {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help="print JSON")
        sub.set_defaults(run=run)
        return sub

    listing = command("list", _list, "List the statements with their status.")
    show = command("show", _show, "Show one statement whole.")
    check = command("check", _check, "Check statements and their mutants; print what holds.")
    falsify = command("falsify", _falsify, "Search one statement, or ID/MUTANT, for a counterexample.")
    spectrum = command("spectrum", _spectrum, "Singular values of the matrices in a safetensors file.")

    for sub in (listing, show):
        sub.add_argument(
            "--evidence", type=Path, metavar="DIR", help=f"results folder to read statuses from (newest in {RESULTS})"
        )
    show.add_argument("id", metavar="ID")
    show.add_argument("--latex", action="store_true", help="print a LaTeX fragment")
    check.add_argument("ids", nargs="*", metavar="ID", help="statements (all)")
    check.add_argument(
        "--kind", action="append", metavar="K", help="symbolic, property, adversarial, certified or measured (all)"
    )
    check.add_argument("--budget", default="quick", help="quick, standard or deep (%(default)s)")
    check.add_argument("--set", action="append", default=[], metavar="KEY=N", help="change a number of the budget")
    check.add_argument(
        "--certificate", type=Path, metavar="FILE", help="write what the certified check decides, for others to verify"
    )
    check.add_argument("--weights", type=Path, metavar="FILE", help="measure on the matrices of this safetensors file")
    falsify.add_argument("id", metavar="ID")
    falsify.add_argument("--seconds", type=_seconds, default=10.0, help="how long to search (%(default)s)")
    for sub in (check, falsify):
        sub.add_argument("--statements", type=Path, metavar="FILE", help="a Python file with statements of your own")
        sub.add_argument("--seed", type=seed, default=0, help="of all draws (%(default)s)")
        sub.add_argument("--device", default="cpu", help="torch device of the search (%(default)s)")
    spectrum.add_argument("file", type=Path, metavar="FILE")
    spectrum.add_argument("--certified", action="store_true", help="intervals that hold the values beyond rounding")
    _checkpoint_commands(command)
    _certify_command(command)
    _verify_command(command)
    report = command("report", _report, "Write a report of a results folder, with a verdict on each published claim.")
    report.add_argument("folder", type=Path, metavar="DIR", help="a folder that python -m verify wrote")
    return parser


def _checkpoint_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    lock = command("lock", _lock, "Lock layers of a safetensors checkpoint: SpecDef.")
    unlock = command("unlock", _unlock, "Merge all locks of a checkpoint back into the weights.")
    inspect = command("inspect", _inspect, "Find the locks in a checkpoint, from its weights alone.")
    for sub in (lock, unlock):
        sub.add_argument(
            "source", type=Path, metavar="SRC", help="a .safetensors file, an index or a folder; only read"
        )
        sub.add_argument("target", type=Path, metavar="DST", help="a file or a folder that does not exist yet")
    inspect.add_argument("source", type=Path, metavar="FILE", help="a .safetensors file, an index, or a folder")
    lock.add_argument("--alpha", type=float, required=True, metavar="A", help="what singular values are multiplied by")
    lock.add_argument("--k", type=int, default=25, metavar="K", help="how many of them, from the top (%(default)s)")
    lock.add_argument(
        "--layers", action="append", required=True, metavar="GLOB", help="weights without .weight; may be repeated"
    )
    lock.add_argument("--random", type=int, metavar="N", help="lock N of the matching layers, at random")
    lock.add_argument("--seed", type=seed, default=0, help="of the random choice (%(default)s)")
    lock.add_argument("--form", default="dense", help="dense, rotated or auto (%(default)s)")
    lock.add_argument("--side", default="after", help="after or before: where the compensator comes (%(default)s)")
    lock.add_argument("--two-sided", action="store_true", help="divide the last K singular directions by A as well")
    lock.add_argument("--dtype", metavar="D", help="dtype of the locked pairs, as torch calls it (that of each weight)")
    lock.add_argument("--tolerance", type=float, metavar="T", help="how far outputs may be off, relative (1%% or 20 u)")
    lock.add_argument("--transposed", action="store_true", help="weights are (inputs, outputs), as GPT-2's Conv1D")


def _certify_command(command: Callable[..., argparse.ArgumentParser]) -> None:
    certify = command("certify", _certify, "Sweep locks of a model against named attackers: a verdict for each.")
    certify.add_argument(
        "target",
        metavar="TARGET",
        help="module:factory or file.py:factory that returns (model, loss, data), or clusters, which is built in",
    )
    certify.add_argument("--attackers", metavar="A,B", help="names, by commas (all)")
    certify.add_argument("--alpha", type=float, action="append", metavar="A", help="may be repeated (1e4)")
    certify.add_argument("--k", type=int, action="append", metavar="K", help="may be repeated (25, or what fits)")
    certify.add_argument(
        "--layers",
        action="append",
        metavar="GLOBS",
        help="layers of a lock, by commas; repeated, other locks (5 random)",
    )
    certify.add_argument("--form", default="dense", help="dense, rotated or auto (%(default)s)")
    certify.add_argument("--two-sided", action="store_true", help="divide the last K singular directions by A as well")
    certify.add_argument("--optimizers", metavar="A,B", help="that attackers try, by commas (sgd,momentum,adam)")
    certify.add_argument(
        "--rates", metavar="R,S", help="learning rates that they try (11 below √10 times the customary)"
    )
    certify.add_argument("--steps", type=int, default=300, help="of an attacker; the unlocked model: a tenth")
    certify.add_argument("--seeds", type=int, default=3, help="how many (%(default)s)")
    certify.add_argument("--seed", type=seed, default=0, help="the first (%(default)s)")
    certify.add_argument("--workers", type=int, metavar="N", help="processes (one for each core)")
    certify.add_argument(
        "--out", type=Path, default=Path("certificate"), metavar="DIR", help="resumed where it exists (%(default)s)"
    )


def _verify_command(command: Callable[..., argparse.ArgumentParser]) -> None:
    verify = command(
        "verify-certificate", _verify_certificate, "Verify what specbound check --certificate has written."
    )
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("--weights", type=Path, metavar="FILE", help="the weights, if not beside FILE by their name")
    verify.add_argument("--statements", type=Path, metavar="FILE", help="a Python file with statements of your own")


def seed(text: str) -> int:
    """A seed from the command line: a whole number that every generator takes."""
    if not text.isdecimal() or len(text) > 10 or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r}; required: a whole number from 0 up, below 2^32")
    return int(text)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}; required: a positive number of seconds")
    return value


def _list(options: argparse.Namespace) -> int:
    from specbound.core.catalogue import catalog
    from specbound.core.status import status

    records = _records(options.evidence)
    found = [
        {
            "id": item.id,
            "area": item.area,
            "claim": item.claim,
            "expected": item.expected.value,
            "status": status(item, records),
        }
        for item in catalog().values()
    ]
    if options.json:
        _print_json(found)
    else:
        for entry in found:
            print(f"{entry['id']:32}{entry['area']:12}expected: {entry['expected']:10}{entry['status']}")
    return AS_EXPECTED


def _show(options: argparse.Namespace) -> int:
    from specbound.core.catalogue import catalog, select
    from specbound.core.status import status

    (item,) = select(catalog(), [options.id])
    found_status = status(item, _records(options.evidence))
    if options.latex:
        from specbound.report.latex import fragment

        print(fragment(item, found_status), end="")
        return AS_EXPECTED
    found = {
        "id": item.id,
        "area": item.area,
        "claim": item.claim,
        "assumptions": {assumption.name: assumption.why for assumption in item.assumptions},
        "attained": [example.why for example in item.attained],
        "mutants": {mutant.name: mutant.change for mutant in item.mutants},
        "source": str(item.source),
        "expected": item.expected.value,
        "status": found_status,
    }
    if options.json:
        _print_json(found)
        return AS_EXPECTED
    print(f"{item.id}\n\n{item.document.strip()}\n")
    print(f"LaTeX      {item.claim}")
    for mutant in item.mutants:
        print(f"mutant     {mutant.name}: {mutant.change}")
    print(f"expected   {found['expected']}\nstatus     {found['status']}")
    return AS_EXPECTED


def _check(options: argparse.Namespace) -> int:
    from rich.console import Console

    from specbound.checks.budget import budget_of
    from specbound.checks.decide import ignored
    from specbound.checks.measured import Chain
    from specbound.checks.run import check
    from specbound.report.table import as_json, render, rows, tell_surprises
    from specbound.weights import read_matrices

    chosen = _chosen(options, options.ids)
    budget = budget_of(options.budget, dict(_assignment(text) for text in options.set))
    chains = None
    if options.weights is not None:
        chains = [Chain(options.weights.name, read_matrices(options.weights))]

    def progress(line: str) -> None:
        print(line, file=sys.stderr)

    target = _certificate_target(options)
    kept: list[Decided] = []
    keep = ignored if target is None else kept.append
    records = check(chosen, options.kind, budget, options.seed, options.device, chains, progress, keep)
    if target is not None:
        from specbound.certificates.writing import write_certificate

        progress(f"{write_certificate(target, kept, options.weights)} certificates: {target}")
    table = rows({item.id: item for item in chosen}.values(), records)
    surprises = [line for row in table for line in row.surprises]
    if options.json:
        _print_json({"rows": as_json(table), "evidence": [record.to_json() for record in records]})
    else:
        render(table, Console())
        tell_surprises(surprises, Console())
    return SURPRISE if surprises else AS_EXPECTED


def _certificate_target(options: argparse.Namespace) -> Path | None:
    """Where to write certificates; refused before a long run if it would come to nothing."""
    target: Path | None = options.certificate
    if target is None:
        return None
    if options.kind and "certified" not in options.kind:
        raise InvalidInput(f"--certificate without the certified kind; add --kind certified to {options.kind}")
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise InvalidInput(f"--certificate {target}; required: a file in a folder that exists")
    return target


def _verify_certificate(options: argparse.Namespace) -> int:
    from specbound.certificates.verifying import verify_certificate

    found = verify_certificate(options.file, _known(options), options.weights)
    confirmed = sum(entry.confirmed for entry in found)
    if options.json:
        _print_json([entry.to_json() for entry in found])
    else:
        width = max(len(entry.statement) for entry in found)
        for entry in found:
            outcome = f"confirmed by {entry.by}: {entry.sides}" if entry.confirmed else f"not confirmed: {entry.why}"
            print(f"{entry.statement:{width}}  {entry.verdict:10}  {outcome}")
        print(f"{confirmed} of {len(found)} confirmed")
    return AS_EXPECTED if confirmed == len(found) else SURPRISE


def _falsify(options: argparse.Namespace) -> int:
    from specbound.checks.falsify import falsify
    from specbound.core.statement import Expected
    from specbound.core.verdict import Verdict

    (item,) = _chosen(options, [options.id])
    found = falsify(item, options.seconds, options.seed, options.device)
    refuted = found.verdict is Verdict.VIOLATED
    if options.json:
        _print_json(found.to_json())
    elif refuted:
        _print_counterexample(item, found)
    else:
        print(f"no counterexample to {item.id} in the last round of {found.examples:,} instances")
    if not refuted:
        return NOTHING_FOUND
    return AS_EXPECTED if item.expected is Expected.REFUTED else SURPRISE


def _spectrum(options: argparse.Namespace) -> int:
    import numpy as np

    from specbound.weights import read_matrices

    matrices = read_matrices(options.file)
    if options.certified:
        return _certified_spectrum(matrices, options.json)
    found: list[dict[str, Any]] = []
    for name, matrix in matrices.items():
        values = np.linalg.svd(matrix, compute_uv=False)
        found.append({"name": name, "shape": list(matrix.shape), "singular_values": values.tolist()})
    if options.json:
        _print_json(found)
        return AS_EXPECTED
    width = max(len(entry["name"]) for entry in found)
    print(f"{'matrix':{width}}  {'shape':>13}  {'largest':>10}  {'smallest':>10}  {'stable rank':>11}")
    for entry in found:
        values = np.array(entry["singular_values"])
        stable_rank = float(((values / values[0]) ** 2).sum()) if values[0] else 0.0
        shape = "{} × {}".format(*entry["shape"])
        print(f"{entry['name']:{width}}  {shape:>13}  {values[0]:10.4g}  {values[-1]:10.4g}  {stable_rank:11.4g}")
    return AS_EXPECTED


def _certified_spectrum(matrices: Mapping[str, Any], as_json: bool) -> int:
    """Intervals that hold the singular values beyond rounding, in place of the values."""
    from specbound.numeric.enclosures.spectrum import singular_value_enclosure

    found: list[dict[str, Any]] = []
    for name, matrix in matrices.items():
        try:
            bounds = singular_value_enclosure(matrix)
        except ValueError as error:
            raise InvalidInput(f"{name}: {error}") from error
        ends = {"lower": bounds.lower.tolist(), "upper": bounds.upper.tolist()}
        found.append({"name": name, "shape": list(matrix.shape), **ends})
    if as_json:
        _print_json(found)
        return AS_EXPECTED
    width = max(len(entry["name"]) for entry in found)
    print(f"{'matrix':{width}}  {'shape':>13}  {'largest, at least and at most':>39}  {'smallest':>39}")
    for entry in found:
        shape = "{} × {}".format(*entry["shape"])
        largest, smallest = ((entry["lower"][place], entry["upper"][place]) for place in (0, -1))
        print(f"{entry['name']:{width}}  {shape:>13}  {_interval(largest):>39}  {_interval(smallest):>39}")
    return AS_EXPECTED


def _lock(options: argparse.Namespace) -> int:
    from specbound.locking.checkpoint import lock_checkpoint
    from specbound.locking.pair import Spec

    spec = Spec(options.alpha, options.k, options.form, options.side, options.two_sided, options.tolerance)
    choice = {"count": options.random, "seed": options.seed}
    done = lock_checkpoint(
        options.source, options.target, options.layers, spec, options.dtype, options.transposed, **choice
    )
    if options.json:
        _print_json(done)
        return AS_EXPECTED
    width = max(len(entry["layer"]) for entry in done["layers"])
    print(f"{'layer':{width}}  {'form':7}  {'shape':>13}  {'outputs off by':>14}  {'unlocked within':>15}")
    for entry in done["layers"]:
        shape = " × ".join(map(str, entry["shape"]))
        numbers = f"{entry['error']:14.1e}  {entry['ceiling']:15.1e}"
        print(f"{entry['layer']:{width}}  {entry['form']:7}  {shape:>13}  {numbers}")
    print(f"{len(done['layers'])} locked, alpha = {options.alpha:g}, k = {options.k}: {options.target}")
    return AS_EXPECTED


def _unlock(options: argparse.Namespace) -> int:
    from specbound.locking.checkpoint import unlock_checkpoint

    found = unlock_checkpoint(options.source, options.target)
    if options.json:
        _print_json({"locks": [lock.to_json() for lock in found]})
    else:
        print(f"{len(found)} unlocked: {options.target}")
    return AS_EXPECTED


def _inspect(options: argparse.Namespace) -> int:
    from specbound.locking.detection import inspect

    found = inspect(options.source)
    if options.json:
        _print_json({"locks": [lock.to_json() for lock in found]})
        return AS_EXPECTED
    if not found:
        print("no locks")
        return AS_EXPECTED
    width = max(len("layer"), *(len(lock.layer) for lock in found))
    print(f"{'layer':{width}}  {'k':>5}  {'alpha':>10}  {'form':12}  side")
    for lock in found:
        form = "not a lock's" if lock.form is None else f"{lock.form}{', two-sided' if lock.two_sided else ''}"
        k, alpha = ("?" if value is None else f"{value:.6g}" for value in (lock.k, lock.alpha))
        print(f"{lock.layer:{width}}  {k:>5}  {alpha:>10}  {form:12}  {lock.side or '?'}")
    return AS_EXPECTED


def _certify(options: argparse.Namespace) -> int:
    from rich.console import Console

    from specbound.attacks import ATTACKS
    from specbound.certification.certify import OPTIMIZERS, certify
    from specbound.certification.written import MARKDOWN, render

    found = certify(
        options.target,
        options.out,
        _parts(options.attackers) or tuple(ATTACKS),
        alphas=options.alpha or (1e4,),
        ks=options.k,
        layers=options.layers,
        form=options.form,
        two_sided=options.two_sided,
        optimizers=_parts(options.optimizers) or OPTIMIZERS,
        rates=[_rate(part) for part in _parts(options.rates)] or None,
        steps=options.steps,
        seeds=options.seeds,
        seed=options.seed,
        workers=options.workers,
    )
    if options.json:
        _print_json(found.to_json())
    else:
        render(found, Console())
        print(f"{options.out / MARKDOWN} says more")
    return AS_EXPECTED


def _report(options: argparse.Namespace) -> int:
    from specbound.report.write import HTML, write_report

    found = write_report(options.folder)
    for problem in found.problems:
        print(f"specbound: {problem}", file=sys.stderr)
    if options.json:
        _print_json([claim.to_json() for claim in found.claims])
    else:
        for claim in found.claims:
            print(f"{claim.claim.id:4} {claim.verdict.value}")
        print(options.folder / HTML)
    return BAD_INPUT if found.problems else AS_EXPECTED


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _rate(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(f"learning rate {text!r}; required: a positive number") from None


def _chosen(options: argparse.Namespace, names: Sequence[str]) -> list[Statement]:
    """The statements that are named, or all of the user's file, or all of the catalogue."""
    from specbound.core.catalogue import select

    known = _known(options)
    if options.statements is not None and not names:
        return [item for item in known.values() if item.file == options.statements.resolve()]
    return select(known, names)


def _known(options: argparse.Namespace) -> dict[str, Statement]:
    """The statements of the catalogue and of the user's file."""
    from specbound.core.catalogue import catalog, load_statements

    own = load_statements(options.statements) if options.statements is not None else {}
    listed = catalog()
    for name in own:
        if name in listed:
            raise InvalidInput(f"{options.statements} uses the id {name!r} of the catalogue; give it another")
    return {**listed, **own}


def _records(folder: Path | None) -> list[Evidence]:
    """The evidence of a results folder, or of the newest one here; none where there is none."""
    from specbound.campaign.reading import evidence_in, newest, read

    chosen = folder or newest(RESULTS)
    return evidence_in(read(chosen)) if chosen else []


def _assignment(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise InvalidInput(f"--set {text!r}; required: KEY=N, for example batch=100")
    return key, value


def _print_counterexample(item: Statement, found: Evidence) -> None:
    from specbound.checks.decide import decide
    from specbound.statements.recipes import recipes_of

    assert found.recipe is not None  # noqa: S101 (a violation carries its recipe)
    recipe = next(recipe for recipe in recipes_of(item) if recipe.name == found.recipe["recipe"])
    instance = recipe.build(recipe.from_json(found.recipe), None)
    comparison = item.compare(instance)
    print(json.dumps(found.recipe))
    for name in item.domain.matrices:
        print(f"{name} = {instance.values[name].round(6).tolist()}")
    for name in item.domain.parameters:
        print(f"{name} = {instance.values[name]}")
    print(f"claimed {comparison.lhs:.6g} {item.relation.value} {comparison.rhs:.6g}: {comparison.verdict}")
    try:
        certain = decide(item, instance.values)
    except NotAvailable as error:
        print(f"in floats; {error}")
        return
    if certain is None:
        print("in floats; these very numbers do not meet the assumptions beyond rounding")
    else:
        print(f"beyond rounding: {certain.verdict}, {_interval(certain.lhs)} against {_interval(certain.rhs)}")


def _interval(ends: tuple[float, float]) -> str:
    return f"[{ends[0]:.17g}, {ends[1]:.17g}]"


def _print_json(data: Any) -> None:
    print(json.dumps(data, indent=2, allow_nan=False))
