"""Each deliberately broken variant of the enclosures is caught, and the enclosures as they are pass the same checks."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

import specbound.numeric.enclosures
from tests.numeric import checks_of_factors, checks_of_products, checks_of_rounding, checks_of_spectra
from tests.numeric.broken_variants import VARIANTS, Variant

HOME = "specbound.numeric.enclosures"
SOURCES = {path.name: path.read_text() for path in Path(specbound.numeric.enclosures.__file__).parent.glob("*.py")}
CHECKS: dict[str, Callable[[SimpleNamespace], None]] = {
    check.__name__: check
    for check in (
        checks_of_rounding.arithmetic,
        checks_of_rounding.norms,
        checks_of_rounding.scaling,
        checks_of_products.splits,
        checks_of_products.products,
        checks_of_factors.defects,
        checks_of_factors.exact_grams,
        checks_of_factors.bad_sums,
        checks_of_factors.bounds,
        checks_of_factors.terms,
        checks_of_spectra.spectra,
        checks_of_spectra.spectral_norms,
        checks_of_spectra.ranks,
        checks_of_spectra.refusals,
    )
}
PARTS = ("rounded", "products", "factors", "scaling", "spectrum", "norm", "reading")


@contextmanager
def copied(folder: Path, sources: dict[str, str]) -> Iterator[SimpleNamespace]:
    """The package under another name, so that the one that is imported elsewhere stays whole."""
    name = "enclosures_copied"
    package = folder / name
    package.mkdir()
    for file, source in sources.items():
        (package / file).write_text(source.replace(HOME, name))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setattr(sys, "dont_write_bytecode", True)
        try:
            yield SimpleNamespace(**{part: importlib.import_module(f"{name}.{part}") for part in PARTS})
        finally:
            for module in [module for module in sys.modules if module == name or module.startswith(name + ".")]:
                del sys.modules[module]


@pytest.mark.parametrize("check", CHECKS)
def test_the_enclosures_pass(check: str, tmp_path: Path) -> None:
    with copied(tmp_path, SOURCES) as library:
        assert Path(library.factors.__file__).is_relative_to(tmp_path)
        assert library.factors.Factors.__module__ == "enclosures_copied.factors"
        CHECKS[check](library)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_broken_variant_is_caught(variant: Variant, tmp_path: Path) -> None:
    source = SOURCES[variant.file]
    assert source.count(variant.fragment) == 1, f"{variant.file} has this {source.count(variant.fragment)} times"
    broken = {**SOURCES, variant.file: source.replace(variant.fragment, variant.replacement)}
    with copied(tmp_path, broken) as library, pytest.raises(AssertionError):
        CHECKS[variant.check](library)


def test_names_tell_variants_apart() -> None:
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS) >= 20
