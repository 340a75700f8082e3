"""Templates compiled once, not at every start."""

from jinja2 import BytecodeCache, FileSystemBytecodeCache


def kept_compiled() -> BytecodeCache | None:
    """Where compiled templates stay from one start to the next, a folder of this user
    alone; None on a machine without a safe place for it."""
    try:
        return FileSystemBytecodeCache()
    except (OSError, RuntimeError):
        return None
