"""Uses sessions as a program of LangChain's does; run in an environment of its own, with the
endpoint and the token as arguments. Prints what it saw as JSON."""

import io
import json
import sys

from langchain_azure_dynamic_sessions import SessionsBashTool, SessionsPythonREPLTool


def main(endpoint: str, token: str) -> None:
    python = SessionsPythonREPLTool(
        pool_management_endpoint=endpoint, access_token_provider=lambda: token
    )
    seen: dict[str, object] = {
        "invoked": json.loads(python.invoke("6 * 7")),
        "printed": python.execute("print('hello')\nkept = 5"),
        "kept": python.execute("kept + 1")["result"],
        "failed": python.execute("1 / 0"),
        "image": python.execute("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")[
            "result"
        ],
    }
    uploaded = python.upload_file(data=io.BytesIO(b"a,b\n1,2\n"), remote_file_path="in/t.csv")
    seen["uploaded"] = [uploaded.filename, uploaded.size_in_bytes, uploaded.full_path]
    python.execute("open('/mnt/data/out.txt', 'w').write(open('/mnt/data/in/t.csv').read() * 2)")
    seen["listed"] = sorted((each.filename, each.size_in_bytes) for each in python.list_files())
    seen["downloaded"] = python.download_file(remote_file_path="out.txt").read().decode()

    bash = SessionsBashTool(pool_management_endpoint=endpoint, access_token_provider=lambda: token)
    seen["bash"] = json.loads(bash.invoke("cat x.txt; exit 3"))
    bash.upload_file(data=io.BytesIO(b"from bash"), remote_file_path="x.txt")
    seen["bash again"] = json.loads(bash.invoke("cat x.txt"))
    seen["bash listed"] = [each.filename for each in bash.list_files()]
    seen["bash downloaded"] = bash.download_file(remote_file_path="x.txt").read().decode()
    sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
