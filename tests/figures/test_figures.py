"""Figures of the committed record: their files, marks, fonts, texts and index; drawn once for all tests here."""

import csv
import json
import re
import struct
from collections.abc import Callable
from io import StringIO
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from figures import drawing
from figures.drawing import Drawn, draw_all, exhibits
from figures.exhibit import Exhibit
from figures.rows import Row
from figures.style import BLACK, BLUE, COLUMN, DPI, FULL, GREY, ORANGE, SETTINGS, SMALL, add_legend, pictures
from specbound.report.summary import hash_of_results
from tests.conftest import ROOT
from verify.recovery import AROUND

RECORDS = ROOT / "verify" / "records" / "quick"
COMMITTED = ROOT / "figures" / "out"
EXHIBITS = {exhibit.name: exhibit for exhibit in exhibits()}
TABLES = {name for name, exhibit in EXHIBITS.items() if exhibit.table}
WIDTHS = {"": FULL, "_column": COLUMN}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("figures")


@pytest.fixture(scope="module")
def kept() -> list[Figure]:
    return []


@pytest.fixture(scope="module")
def drawn(out: Path, kept: list[Figure]) -> Drawn:
    def keep(figure: Figure, source: str) -> dict[str, bytes]:
        kept.append(figure)
        return pictures(figure, source)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "pictures", keep)
        return draw_all(RECORDS, out)


@pytest.fixture(scope="module")
def figures(drawn: Drawn, kept: list[Figure]) -> dict[tuple[str, float], Figure]:
    """As they were laid out when they were drawn."""
    places = [(name, width) for name in sorted(EXHIBITS) for width in WIDTHS.values()]
    return dict(zip(places, kept, strict=True))


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    return {name: exhibit.rows(RECORDS) for name, exhibit in EXHIBITS.items()}


def _figure(exhibit: Exhibit, rows: list[Row], width: float) -> Figure:
    with mpl.rc_context(SETTINGS):
        return exhibit.draw(rows, width)


def test_every_figure_is_there_in_both_widths_with_its_data(drawn: Drawn, out: Path) -> None:
    endings = [f"{suffix}.{ending}" for suffix in WIDTHS for ending in ("png", "pdf")] + [".csv"]
    wanted = {f"{name}{ending}" for name in EXHIBITS for ending in endings}
    wanted |= {f"{name}.tex" for name in TABLES} | {"index.json"}
    assert {path.name for path in out.iterdir()} == wanted == {path.name for path in drawn.written}
    assert not drawn.missing
    assert len(EXHIBITS) == 13
    assert len(TABLES) == 5


def test_widths_are_those_of_a_column_and_of_a_page(drawn: Drawn, out: Path) -> None:
    for name in EXHIBITS:
        for suffix, width in WIDTHS.items():
            pixels, _ = struct.unpack(">II", (out / f"{name}{suffix}.png").read_bytes()[16:24])
            assert pixels == DPI * width, name
            box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", (out / f"{name}{suffix}.pdf").read_bytes())
            assert box is not None
            assert float(box[1]) == 72 * width, name


def test_the_index_says_all_a_report_needs(drawn: Drawn, out: Path) -> None:
    index = json.loads((out / "index.json").read_text())
    assert list(index) == ["format", "figures", "not drawn"]
    assert (index["format"], index["not drawn"]) == (1, {})
    assert [figure["name"] for figure in index["figures"]] == sorted(EXHIBITS)
    for figure in index["figures"]:
        assert list(figure) == ["name", "study", "title", "caption", "source", "files"]
        assert figure["source"] == hash_of_results(RECORDS, figure["study"])
        assert 10 < len(figure["title"]) < 100
        assert not figure["title"].endswith(".")
        assert figure["caption"].endswith(".")
        assert 1 <= len(re.findall(r"\.(?: |$)", figure["caption"])) <= 4, figure["name"]
        assert len(set(figure["files"])) == (6 if figure["name"] in TABLES else 5)
        assert all((out / name).is_file() and name.startswith(figure["name"]) for name in figure["files"])
    assert len({figure["title"] for figure in index["figures"]}) == len(EXHIBITS)


def test_pictures_and_tables_carry_the_hash_of_their_results(drawn: Drawn, out: Path) -> None:
    for path in drawn.written:
        if path.suffix in (".png", ".pdf", ".tex"):
            (name,) = (n for n in EXHIBITS if path.stem in (n, f"{n}_column"))
            assert hash_of_results(RECORDS, EXHIBITS[name].study).encode() in path.read_bytes(), path.name


def test_what_is_committed_is_drawn_from_the_committed_record(drawn: Drawn, out: Path) -> None:
    assert {path.name for path in COMMITTED.iterdir()} == {path.name for path in out.iterdir()}
    for path in out.iterdir():
        committed = (COMMITTED / path.name).read_bytes()
        if path.suffix in (".csv", ".tex", ".json"):
            assert path.read_bytes() == committed, path.name
        else:
            name = path.stem.removesuffix("_column")
            assert hash_of_results(RECORDS, EXHIBITS[name].study).encode() in committed, path.name


TYPE_3 = b"/Subtype /Type3"


def test_fonts_are_embedded_as_truetype(
    drawn: Drawn, out: Path, rows: dict[str, list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in out.glob("*.pdf"):
        content = path.read_bytes()
        assert TYPE_3 not in content, path.name
        assert b"/FontFile2" in content, path.name
        assert content.count(b"/Subtype /CIDFontType2") == content.count(b"/FontFile2") > 0, path.name
    monkeypatch.setitem(SETTINGS, "pdf.fonttype", 3)
    with mpl.rc_context(SETTINGS):
        planted = pictures(EXHIBITS["slowdown_exponents"].draw(rows["slowdown_exponents"], COLUMN), "")
    assert TYPE_3 in planted["pdf"]


def _texts(figure: Figure) -> list[Text]:
    """All that is written: ticks beyond the limits of their axes are kept by matplotlib, and not drawn."""
    found = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for axes in figure.axes:
        found += [*axes.texts, axes.title]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            ticks = [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            found += [axis.label, *ticks]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def _illegible(figure: Figure) -> list[str]:
    """Texts that are too small, cut by the edge, or written over each other."""
    figure.set_dpi(DPI)
    figure.draw_without_rendering()
    edge = figure.bbox.padded(1)
    boxes = [(text, text.get_window_extent()) for text in _texts(figure)]
    found = [f"{text.get_text()!r}: {text.get_fontsize()} pt" for text, _ in boxes if text.get_fontsize() < SMALL]
    found += [
        f"{text.get_text()!r} is cut"
        for text, box in boxes
        if box.x0 < edge.x0 or box.y0 < edge.y0 or box.x1 > edge.x1 or box.y1 > edge.y1
    ]
    for (one, a), (other, b) in combinations(boxes, 2):
        if a.padded(-1).overlaps(b.padded(-1)):
            found.append(f"{one.get_text()!r} lies over {other.get_text()!r}")
    return found


@pytest.mark.parametrize("width", WIDTHS.values())
@pytest.mark.parametrize("name", EXHIBITS)
def test_every_text_can_be_read(name: str, width: float, figures: dict[tuple[str, float], Figure]) -> None:
    assert _illegible(figures[name, width]) == []


def test_texts_that_cannot_be_read_are_found(rows: dict[str, list[Row]]) -> None:
    figure = _figure(EXHIBITS["slowdown_exponents"], rows["slowdown_exponents"], COLUMN)
    (axes,) = figure.axes
    for label, size in (("tiny", 7), ("over", 8), ("tiny", 8)):
        axes.annotate(label, (0.5, 0.5), xycoords="axes fraction", fontsize=size)
    axes.annotate("far out", (1.0, 0.5), xycoords="figure fraction", ha="center", annotation_clip=False).set_in_layout(
        False
    )
    found = _illegible(figure)
    assert "'tiny': 7.0 pt" in found
    assert "'over' lies over 'tiny'" in found
    assert "'far out' is cut" in found


def _scattered(figure: Figure) -> int:
    panels = [axes for axes in figure.axes if axes.has_data()]
    return sum(len(c.get_offsets()) for axes in panels for c in axes.collections if isinstance(c, PathCollection))


def _lined(figure: Figure) -> int:
    return sum(len(line.get_xdata()) for axes in figure.axes for line in axes.lines)  # type: ignore[arg-type]


def _written(figure: Figure) -> int:
    return sum(len(axes.texts) for axes in figure.axes)


def _errorbars(figure: Figure) -> int:
    return sum(len(axes.containers) for axes in figure.axes)


def _places(rows: list[Row], *names: str) -> int:
    return len({tuple(row[name] for name in names) for row in rows})


MARKS: dict[str, tuple[Callable[[Figure], int], Callable[[list[Row]], int]]] = {
    "chain_curvature": (
        lambda f: sum(len(bar.lines[0].get_xdata()) for axes in f.axes for bar in axes.containers),
        lambda rows: _places(rows, "network", "count", "alpha"),
    ),
    "curvature_bounds": (_scattered, lambda rows: 2 * len(rows)),
    "curvature_exponents": (_written, lambda rows: _places(rows, "network", "down", "across")),
    "curvature_spectrum": (_lined, len),
    "curvature_tightness": (_scattered, len),
    "expansion_size": (_scattered, lambda rows: len(rows) + _places(rows, "network", "attacker")),
    "recovery_cost": (_scattered, lambda rows: _places(rows, "network", "attacker")),
    "recovery_ratio": (_scattered, lambda rows: len(rows) + sum(row["predicted_ratio"] is not None for row in rows)),
    "relearning_table": (_written, len),
    "slowdown_exponents": (_errorbars, len),
    "slowdown_steps": (_scattered, lambda rows: 2 * len(rows)),
    "slowdown_windows": (_scattered, lambda rows: sum((row["upper"] is not None) + 1 for row in rows)),
    "tightness": (_scattered, len),
}


@pytest.mark.parametrize("name", EXHIBITS)
def test_the_data_behind_a_figure_are_its_marks(
    name: str, figures: dict[tuple[str, float], Figure], out: Path, rows: dict[str, list[Row]]
) -> None:
    stored = list(csv.DictReader(StringIO((out / f"{name}.csv").read_text())))
    assert len(stored) == len(rows[name]) > 0
    told = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows[name]]
    assert stored == told
    shown, expected = MARKS[name]
    for width in WIDTHS.values():
        assert shown(figures[name, width]) == expected(rows[name])


def test_data_that_are_not_drawn_are_found(rows: dict[str, list[Row]]) -> None:
    shown, expected = MARKS["slowdown_steps"]
    every = rows["slowdown_steps"]
    assert shown(_figure(EXHIBITS["slowdown_steps"], every[1:], FULL)) != expected(every)


def _look(line: Line2D) -> tuple[object, ...]:
    """What is left of how an entry of a legend looks without its colour, unless that is black or grey."""
    tone = line.get_color() if line.get_color() in (BLACK, GREY) else "a colour"
    hollow = line.get_markerfacecolor() in ("none", "white")
    return tone, line.get_linestyle(), line.get_marker(), line.get_markersize(), hollow


def _alike(figure: Figure) -> bool:
    lines = [line for legend in figure.legends for line in legend.legend_handles if isinstance(line, Line2D)]
    looks = [_look(line) for line in lines if {line.get_linestyle(), line.get_marker()} != {"None"}]
    return len(set(looks)) < len(looks)


def test_marks_or_dashes_tell_apart_what_colours_do(figures: dict[tuple[str, float], Figure]) -> None:
    assert [place for place, figure in figures.items() if _alike(figure)] == []


def test_entries_that_colours_alone_tell_apart_are_found() -> None:
    figure = Figure()
    add_legend(figure, [Line2D([], [], color=colour, label=colour) for colour in (BLUE, ORANGE)])
    assert _alike(figure)


def test_learning_rates_are_those_that_the_caption_tells() -> None:
    assert "¼ to 4 times the largest that is stable" in EXHIBITS["recovery_ratio"].caption
    assert (min(AROUND), max(AROUND)) == (0.25, 4)


def test_attackers_stand_below_what_they_know(figures: dict[tuple[str, float], Figure]) -> None:
    for name in ("recovery_cost", "recovery_ratio"):
        axes = figures[name, FULL].axes[0]
        told = [label.get_text() for label in axes.get_yticklabels()]
        headings = [label.get_text() for label in axes.get_yticklabels() if label.get_fontstyle() == "italic"]
        assert headings == ["nothing", "the architecture", "where the locks are", "and their Uₖ and α"]
        assert told.index("nothing") < told.index("optimizer only") < told.index("the architecture")
        assert told.index("where the locks are") < told.index("merge") < told.index("and their Uₖ and α")
        assert told[-1] == "precondition"


def test_a_seed_that_arrived_alone_is_told(rows: dict[str, list[Row]]) -> None:
    for row in rows["relearning_table"]:
        few = 0 < 2 * row["reached"] <= row["seeds"]
        assert (row["steps"] == f"{row['reached']}/{row['seeds']}") is few
    assert any(row["steps"] == "1/3" for row in rows["relearning_table"])


def _band(figure: Figure) -> bool:
    return "no expansion gets here" in [text.get_text() for axes in figure.axes for text in axes.texts]


def test_whether_an_expansion_is_fast_is_told(rows: dict[str, list[Row]]) -> None:
    exhibit, found = EXHIBITS["expansion_size"], rows["expansion_size"]
    assert _band(_figure(exhibit, found, COLUMN))
    fast = [{**row, "ratio": 1.0} if row["attacker"] == "inject_3" else row for row in found]
    assert not _band(_figure(exhibit, fast, COLUMN))


@pytest.mark.parametrize("width", WIDTHS.values())
@pytest.mark.parametrize("name", ["expansion_size", "recovery_cost", "relearning_table"])
def test_three_networks_can_be_read_as_well(name: str, width: float, rows: dict[str, list[Row]]) -> None:
    found = [{**row, "network": network} for network in ("mlp", "cnn", "transformer") for row in rows[name]]
    assert _illegible(_figure(EXHIBITS[name], found, width)) == []
