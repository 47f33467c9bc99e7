"""How commands end, whatever happens on the way."""

import pytest

from specbound.core.errors import InvalidInput
from specbound.report.command import exit_code


def _raising(error: BaseException):
    def action() -> int:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InvalidInput("give another"), 2, "prog: give another"),
        (PermissionError(13, "Permission denied", "x"), 2, "prog: PermissionError: [Errno 13] Permission denied: 'x'"),
        (MemoryError("too large"), 2, "prog: MemoryError: too large"),
        (KeyboardInterrupt(), 130, "prog: interrupted"),
    ],
)
def test_what_a_user_can_mend_is_one_line(capsys: pytest.CaptureFixture[str], error, code: int, line: str) -> None:
    assert exit_code("prog", _raising(error)) == code
    assert capsys.readouterr().err == line + "\n"


def test_a_mistake_of_the_programs_own_is_no_surprise_in_the_mathematics(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("prog", _raising(ZeroDivisionError("own mistake"))) == 70
    assert "ZeroDivisionError: own mistake" in capsys.readouterr().err


def test_a_command_returns_its_own_code() -> None:
    assert [exit_code("prog", lambda code=code: code) for code in (0, 1, 3)] == [0, 1, 3]
