"""Names that callers choose: of sessions, executions and files."""

import re
import unicodedata

from executor.files import parts
from executor.wire.refusal import Refusal

IDENTIFIER = re.compile(r"[A-Za-z0-9|\-&^%$#(){}\[\];<>_]{4,128}")
"""Azure's own rule, and the underscore."""
EXECUTION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
LONGEST_PATH = 2048
PLAIN = "-_ .@$&=;,#%^()"
"""What a file name may hold beside letters, marks and digits: Azure's own rule."""


def identifier(text: str) -> str:
    """The name of a session."""
    if not IDENTIFIER.fullmatch(text):
        raise Refusal(
            400,
            "InvalidIdentifier",
            "The identifier of a session has 4 to 128 characters: letters A to Z, digits and "
            "| - & ^ % $ # ( ) { } [ ] ; < > _",
            "identifier",
        )
    return text


def execution_id(text: str, target: str = "operation-id") -> str:
    """The name of an execution."""
    if not EXECUTION.fullmatch(text):
        raise Refusal(
            400,
            "InvalidExecutionId",
            "The id of an execution has 1 to 128 characters: letters A to Z, digits, '.', '_' "
            "and '-', and begins with a letter or digit.",
            target,
        )
    return text


def existing_path(*names: str) -> str:
    """A path that may lead to a file, relative to the session's data; '' is the data itself.

    Code may have made files under any name, so only what cannot be a path is refused.
    """
    walked: list[str] = []
    for name in names:
        if len(name) > LONGEST_PATH:
            raise bad_name(f"A path has at most {LONGEST_PATH} characters.")
        if "\\" in name:
            raise bad_name("A path is written with slashes, not backslashes.")
        try:
            walked += parts(name)
        except ValueError as problem:
            raise bad_name(str(problem)) from None
    return "/".join(walked)


def new_path(*names: str) -> str:
    """A path under which a file may be made: one that Azure would take as well."""
    path = existing_path(*names)
    if not path or names[-1].endswith("/"):
        raise bad_name("The file has no name.")
    for letter in path:
        if letter != "/" and letter not in PLAIN and unicodedata.category(letter)[0] not in "LMN":
            raise bad_name(
                f"{letter!a} may not stand in a file name. Letters, digits, spaces and "
                "- _ . @ $ & = ; , # % ^ ( ) may."
            )
    if len(path) > LONGEST_PATH:
        raise bad_name(f"A path has at most {LONGEST_PATH} characters.")
    return path


def bad_name(message: str) -> Refusal:
    """Refuses a file name."""
    return Refusal(400, "InvalidFileName", message, "path")
