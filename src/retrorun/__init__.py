"""Backward (retro) running: define sessions, compile them, read recordings, find backward segments.

`__init__.pyi` lists every public name with the module that defines it. Each is imported from there when it is first
used, so that importing the package costs nothing.
"""

import lazy_loader

__version__ = "2.0.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
