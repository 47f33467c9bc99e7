"""How a command ends: with an exit code and at most one line, whatever happens on the way."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable

from specbound.core.errors import InvalidInput
from specbound.numeric.ops import NotAvailable

AS_EXPECTED, SURPRISE, BAD_INPUT, NOTHING_FOUND = 0, 1, 2, 3
INTERRUPTED, PIPE_CLOSED, PROGRAM_ERROR = 130, 141, 70


def exit_code(program: str, action: Callable[[], int]) -> int:
    """Runs a command; bad input and an interruption are told in one line on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show σ shows a question mark instead of an error.
            stream.reconfigure(errors="replace")
    try:
        code = action()
        sys.stdout.flush()
        return code
    except (InvalidInput, NotAvailable) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except (OSError, MemoryError) as error:
        print(f"{program}: {type(error).__name__}: {error}", file=sys.stderr)
        return BAD_INPUT
    except Exception:
        # A mistake of the program's own: shown whole, and not to be taken for a surprise in the mathematics.
        traceback.print_exc()
        return PROGRAM_ERROR
