"""Uses the client that a generator has made of the OpenAPI document: submits a job with a file, waits for its end and
reads the files that it left. Takes the address of the server and the folder of the client."""

import io
import sys

server, folder = sys.argv[1:]
sys.path.insert(0, folder)

from millrace_client import Client  # noqa: E402 - found in that folder
from millrace_client.api.files import get_artifact, list_artifacts, upload_file  # noqa: E402
from millrace_client.api.jobs import get_job, submit_job  # noqa: E402
from millrace_client.models import InputFile, Job, Request, Status, SubmitJobFilesBody  # noqa: E402
from millrace_client.types import File  # noqa: E402

TABLE = b"month,revenue\nJan,10\nFeb,12\nMar,15\n"
client = Client(base_url=server, timeout=90)


def ended(job: Job) -> Job:
    job = get_job.sync(job.id, client=client, wait=60)
    assert job.status == Status.SUCCEEDED, job
    return job


form = SubmitJobFilesBody(message="Profile this file.", file=[File(io.BytesIO(TABLE), "sales.csv", "text/csv")])
job = ended(submit_job.sync(client=client, body=form))
assert [step.type_ for step in job.steps][:2] == ["model", "tool"], job.steps
listed = list_artifacts.sync(job.id, client=client).artifacts
assert listed, "a profile has a plot"
for artifact in listed:
    answer = get_artifact.sync_detailed(job.id, artifact.name, client=client)
    assert answer.status_code == 200, answer
    assert len(answer.content) == artifact.size, artifact

upload = upload_file.sync(client=client, body=File(io.BytesIO(TABLE)))
request = Request(message="Profile this file.", files=[InputFile(name="sales.csv", upload_id=upload.id)])
assert ended(submit_job.sync(client=client, body=request)).artifacts

print("read", *(artifact.name for artifact in listed))
