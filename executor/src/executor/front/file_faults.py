"""What can go wrong with a file, as refusals."""

import errno
from collections.abc import Generator
from contextlib import contextmanager

from executor.sandbox import SandboxGone
from executor.wire.names import bad_name
from executor.wire.refusal import Refusal

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def kept_in_shape() -> Generator[None, None, None]:
    """Turns what the sandbox raises about files into refusals."""
    try:
        yield
    except FileNotFoundError:
        raise missing() from None
    except (IsADirectoryError, NotADirectoryError, FileExistsError):
        raise Refusal(
            409,
            "FileConflict",
            "A directory stands where a file is meant, or the other way round.",
            "path",
        ) from None
    except PermissionError:
        raise Refusal(
            403, "FileForbidden", "This is not a regular file, or not one to touch.", "path"
        ) from None
    except SandboxGone:
        raise Refusal(
            409, "SessionLost", "The session ended meanwhile, with its files.", "identifier"
        ) from None
    except ConnectionError:
        raise
    except OSError as problem:
        if problem.errno in FULL:
            raise Refusal(
                413, "SessionDiskFull", "The session's disk is full. Delete files in it.", "file"
            ) from None
        if problem.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL):
            raise bad_name("This path cannot be followed.") from None
        if problem.errno in (errno.ENXIO, errno.ENOTEMPTY, errno.EBUSY):
            raise Refusal(409, "FileConflict", "This is in use, or not a file.", "path") from None
        raise
    except ValueError as problem:
        raise bad_name(str(problem)) from None


def missing() -> Refusal:
    """Refuses a path at which there is nothing."""
    return Refusal(404, "FileNotFound", "There is no such file in this session.", "path")
