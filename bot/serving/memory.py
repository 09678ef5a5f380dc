"""What was loaded stays; what loading took beside it goes back to the system."""

import ctypes
import gc
from typing import Any


def settle_memory(*_: Any) -> None:
    """A listener of Sanic's, for when the model is loaded."""
    gc.collect()
    # Else each of the collector's rounds would go through all of the model again.
    gc.freeze()
    # Of the GNU C library, which would keep an eighth of the process for nothing.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
