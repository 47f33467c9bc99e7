"""A small results folder with all that a report shows: evidence, a study with findings, and a figure of it."""

import json
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from specbound.campaign import Grid, Study, run
from specbound.core.evidence import Evidence, Kind
from specbound.core.verdict import Verdict
from specbound.report.finding import Finding
from specbound.report.summary import Summary, hash_of_results
from tests.results import QUIET, store_evidence

FINDINGS = (
    Finding("subnormal_at_a_million", "The rate is `subnormal`.", False, "It is 2e-12.", ("limits_by_format",)),
    Finding("window_closes", "Rounding closes the window.", True, "At 3 of 3 starts."),
    Finding("undecided_yet", "A third thing <b>holds</b>.", None, "It lacks α = 1e6."),
)

EVIDENCE = (
    Evidence("stagnation", Kind.ADVERSARIAL, Verdict.HOLDS, margin=1e-9, counts={"HOLDS": 500}),
    Evidence("stagnation", Kind.MEASURED, Verdict.HOLDS, counts={"HOLDS": 2}, details={"network": "mlp"}),
    Evidence("smallest_useful_step", Kind.PROPERTY, Verdict.HOLDS, counts={"HOLDS": 50}),
    Evidence(
        "triple_independent",
        Kind.ADVERSARIAL,
        Verdict.VIOLATED,
        counts={"VIOLATED": 1},
        recipe={"recipe": "general", "n": 2},
    ),
)


def predict(alpha: float) -> dict:
    return {"upper": 1 / alpha}


def measure(alpha: float) -> dict:
    if alpha < 0:
        raise ValueError("no such lock")
    return {"upper": 1 / alpha}


def store_study(folder: Path, name: str = "windows", alphas: Sequence[float] = (1.0, 10.0)) -> Path:
    """The folder, with the records of a study of that name."""
    study = Study(name, {"quick": Grid({"alpha": list(alphas)})}, predict, measure, surprises=lambda _: [])
    run(study, folder, workers=1, reporter=QUIET)
    return folder


def summarise(folder: Path, name: str, findings: Sequence[Finding] = (), surprises: Sequence[str] = ()) -> None:
    """Writes the summary of a study as it is now."""
    records = hash_of_results(folder, name)
    Summary(name, f"What {name} asks.", records, tuple(surprises), tuple(findings), "printed\n").write(folder)


def draw(folder: Path, study: str = "windows", name: str = "limits_by_format") -> Path:
    """Writes a figure of a study, at both widths, with data, and its index."""
    figures = folder / "figures"
    figures.mkdir(exist_ok=True)
    for ending, width in ((".png", 6.75), ("_column.png", 3.25)):
        figure = Figure(figsize=(width, 2))
        figure.add_subplot().plot([1, 2])
        figure.savefig(figures / (name + ending), dpi=50)
    (figures / f"{name}.csv").write_text("alpha,upper\n1.0,1.0\n10.0,0.1\n")
    row = {
        "name": name,
        "study": study,
        "title": "Limits by format",
        "caption": "Across, α; up, the learning rate.",
        "source": hash_of_results(folder, study),
        "files": [f"{name}.png", f"{name}_column.png", f"{name}.csv"],
    }
    index = {"format": 1, "figures": [row], "not drawn": {"steps": "nothing of it was measured"}}
    (figures / "index.json").write_text(json.dumps(index))
    return figures


def whole_folder(folder: Path) -> Path:
    """A results folder in which nothing is missing but one figure, which says why it was not drawn."""
    store_evidence(folder, EVIDENCE)
    summarise(folder, "statements")
    store_study(folder)
    summarise(folder, "windows", FINDINGS)
    draw(folder)
    return folder
