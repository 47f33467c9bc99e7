"""The relearning table as an image and as LaTeX: how far and how fast each model relearns, by learning rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10
from pathlib import Path
from statistics import mean

from figures.loading import measured
from figures.panels import TITLES, new_panels
from figures.style import save
from specbound.campaign import Record
from specbound.core.provenance import write_atomically
from verify.relearning import Cell, cells, told

STUDY = "relearning"


def draw(results: Path, out: Path) -> list[Path]:
    """Draws the figure ``relearning_table``, a panel for each network, and writes ``relearning_table.tex`` beside it.

    A cell gives the median steps to the goal where most seeds reached it, else † diverged, ‡ catapulted, – out of
    budget; then the mean accuracy in the end, which its colour shows.
    """
    records, source = measured(results, STUDY)
    found = cells(records)
    networks = list(dict.fromkeys(network for network, *_ in found))
    rows = list(dict.fromkeys((optimizer, condition) for _, optimizer, condition, _ in found))
    rates = sorted({rate for *_, rate in found})
    figure, panels = new_panels(records, rows=1, height=0.24 * len(rows) + 1.1)
    image = None
    for network, axes in zip(networks, panels[0], strict=True):
        values = [[_accuracy(found.get((network, *row, rate), [])) for rate in rates] for row in rows]
        image = axes.imshow(values, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        for y, row in enumerate(rows):
            for x, rate in enumerate(rates):
                cell = found.get((network, *row, rate))
                if cell:
                    dark = values[y][x] < 0.5
                    steps = told(cell).split()[0]
                    axes.text(x, y, steps, ha="center", va="center", fontsize=6, color="white" if dark else "black")
        axes.set_xticks(range(len(rates)), [f"{log10(rate):.0f}" for rate in rates], fontsize=7)
        axes.set_yticks(range(len(rows)), [", ".join(row) for row in rows], fontsize=6.5)
        axes.set_xlabel("log₁₀ learning rate", fontsize=8)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    if image is not None:
        figure.colorbar(image, ax=panels[0], label="accuracy in the end", fraction=0.05, pad=0.02)
    figure.supxlabel("steps to the goal (median); – out of budget, † diverged, ‡ catapulted", fontsize=7.5)
    written = save(figure, out, "relearning_table", source)
    latex = out / "relearning_table.tex"
    write_atomically(latex, f"% {source}\n" + "".join(_latex(network, rows, rates, found) for network in networks))
    return [*written, latex]


def _accuracy(records: Sequence[Record]) -> float:
    return mean(record.measurement["accuracy"] for record in records) if records else float("nan")


def _latex(
    network: str, rows: Sequence[tuple[str, str]], rates: Sequence[float], found: Mapping[Cell, list[Record]]
) -> str:
    """A tabular (package booktabs) in the shape of the published one: steps / accuracy by learning rate."""
    head = " & ".join(["", *(rf"$10^{{{log10(rate):.0f}}}$" for rate in rates)])
    lines = [rf"\begin{{tabular}}{{l{'r' * len(rates)}}}", r"\toprule", rf"{TITLES[network]}{head} \\", r"\midrule"]
    for optimizer, condition in rows:
        told_cells = (found.get((network, optimizer, condition, rate)) for rate in rates)
        cells_told = [" / ".join(told(cell).split()) if cell else "" for cell in told_cells]
        lines.append(" & ".join(_escaped(text) for text in [f"{optimizer}, {condition}", *cells_told]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _escaped(text: str) -> str:
    for plain, latex in (("†", r"$\dagger$"), ("‡", r"$\ddagger$"), ("–", "--")):
        text = text.replace(plain, latex)
    name, lock, exponent = text.partition("α=1e")
    return f"{name}$\\alpha=10^{{{exponent}}}$" if lock else text
