import sys
from pathlib import Path

import pytest

from specbound.core.catalogue import catalog, load_statements, select
from specbound.core.errors import InvalidInput

STATEMENT = """
from specbound import Domain, Mutant, Relation, Source, Statement

def side(x):
    return x.ops.frobenius_norm(x.A)

statement = Statement(
    id="{id}", area="{area}", claim="c", domain=Domain({{"A": ("m", "n")}}), lhs=side, relation=Relation.GE, rhs=side,
    scale=side, source=Source("ours"), mutants=({mutants}),
)
"""
MUTANT = 'Mutant("doubled", "2 times", {"rhs": lambda x: 2 * side(x)}),'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty catalogue of one area."""
    root = tmp_path / "statements_here"
    (root / "sums").mkdir(parents=True)
    (root / "__init__.py").touch()
    (root / "sums" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("statements_here")]:
        monkeypatch.delitem(sys.modules, name)
    return root


def _write(package: Path, stem: str, identifier: str, area: str = "sums", mutants: str = MUTANT) -> None:
    text = STATEMENT.format(id=identifier, area=area, mutants=mutants)
    (package / "sums" / f"{stem}.py").write_text(text)


def test_a_file_in_an_area_is_found(package: Path) -> None:
    _write(package, "one", "one")
    _write(package, "two", "two")
    assert list(catalog("statements_here")) == ["one", "two"]


def test_an_id_that_is_not_the_files_name_raises(package: Path) -> None:
    _write(package, "one", "other")
    with pytest.raises(InvalidInput, match="defines sums/other; required by its place: sums/one"):
        catalog("statements_here")


def test_a_wrong_area_raises(package: Path) -> None:
    _write(package, "one", "one", area="products")
    with pytest.raises(InvalidInput, match="products/one"):
        catalog("statements_here")


def test_an_id_used_twice_raises(package: Path) -> None:
    _write(package, "one", "one")
    (package / "more").mkdir()
    (package / "more" / "__init__.py").touch()
    (package / "more" / "one.py").write_text(STATEMENT.format(id="one", area="more", mutants=MUTANT))
    with pytest.raises(InvalidInput, match="'one' is used twice"):
        catalog("statements_here")


def test_a_statement_without_mutants_raises(package: Path) -> None:
    _write(package, "one", "one", mutants="")
    with pytest.raises(InvalidInput, match="no mutant"):
        catalog("statements_here")


def test_a_folder_that_would_not_be_found_raises(package: Path) -> None:
    (package / "lost").mkdir()
    (package / "lost" / "one.py").write_text("1 / 0")
    with pytest.raises(InvalidInput, match="no __init__"):
        catalog("statements_here")


def test_two_statements_of_one_id_in_a_users_file_raise(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    text = STATEMENT.format(id="mine", area="own", mutants="")
    path.write_text(text + text.replace("statement =", "other ="))
    with pytest.raises(InvalidInput, match="two statements with the id 'mine'"):
        load_statements(path)
    path.write_text(text + "\nalias = statement\n")
    assert list(load_statements(path)) == ["mine"]


def test_a_file_without_a_statement_raises(package: Path) -> None:
    (package / "sums" / "empty.py").write_text("x = 1\n")
    with pytest.raises(InvalidInput, match="defines no `statement`"):
        catalog("statements_here")


def test_an_import_error_is_not_swallowed(package: Path) -> None:
    (package / "sums" / "broken.py").write_text("import a_module_that_is_not_there\n")
    with pytest.raises(ModuleNotFoundError):
        catalog("statements_here")


def test_the_catalogue_documents_every_statement() -> None:
    for statement in catalog().values():
        for heading in ("Claim.", "Assumes.", "Tight when", "Not claimed.", "Degenerate cases.", "Source."):
            assert f"**{heading}" in statement.document, (statement.id, heading)
        assert statement.summary.endswith(".")
        for mutant in statement.mutants:
            assert statement.mutate(mutant).id == f"{statement.id}/{mutant.name}"


def test_names_are_selected_and_unknown_ones_get_the_nearest() -> None:
    statements = catalog()
    assert [s.id for s in select(statements, ["weyl_sum", "triple_gap/index_shifted"])] == [
        "weyl_sum",
        "triple_gap/index_shifted",
    ]
    assert len(select(statements, [])) == len(statements)
    with pytest.raises(InvalidInput, match=r"unknown statement 'weil_sum'; the nearest known: weyl_sum"):
        select(statements, ["weil_sum"])
    with pytest.raises(InvalidInput, match=r"unknown mutant of weyl_sum 'index'; the nearest known: index_shifted"):
        select(statements, ["weyl_sum/index"])


@pytest.mark.parametrize("identifier", ["Weyl", "weyl-sum", "", "1st", "a/b/c"])
def test_ids_are_plain_words(identifier: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(STATEMENT.format(id=identifier, area="sums", mutants=MUTANT))
    with pytest.raises(InvalidInput, match="required: lower-case words"):
        load_statements(path)


def test_a_users_file_is_loaded_with_its_document(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text('"""My theorem."""\n' + STATEMENT.format(id="mine", area="own", mutants=""))
    (statement,) = load_statements(path).values()
    assert (statement.id, statement.summary, statement.file) == ("mine", "My theorem.", path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "defines no statement"),
        ("x = 1\n\n1 / 0\n", "line 3: ZeroDivisionError"),
        ("def (\n", "line 1: SyntaxError"),
        ("import a_module_that_is_not_there\n", "line 1: ModuleNotFoundError"),
    ],
)
def test_a_users_file_that_cannot_be_used_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=message):
        load_statements(path)


def test_a_missing_users_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no statements file"):
        load_statements(tmp_path / "absent.py")
