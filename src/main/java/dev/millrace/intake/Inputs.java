package dev.millrace.intake;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.intake.fetch.Attachments;
import dev.millrace.intake.fetch.Unfetched;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobRef;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Brings the files of a request into the folder of its job, where they live as long as it does. */
final class Inputs {
  private final Artifacts artifacts;
  private final Attachments attachments;

  Inputs(Artifacts artifacts, Attachments attachments) {
    this.artifacts = artifacts;
    this.attachments = attachments;
  }

  /** The files as the job keeps them; what cannot be kept becomes a finding. */
  List<InputFile> keep(JobRef job, List<InputFile> files, List<Finding> findings) {
    var kept = new ArrayList<InputFile>();
    long deadline = attachments.deadline();
    for (int i = 0; i < files.size(); i++) {
      InputFile file = files.get(i);
      if (file.sha256() != null) {
        kept.add(file);
      } else if (file.base64() != null) {
        inline(job, file, file.base64(), i, kept, findings);
      } else if (file.uploadId() != null) {
        uploaded(job, file, file.uploadId(), i, kept, findings);
      } else if (file.url() != null) {
        fetched(job, file, file.url(), deadline, i, kept, findings);
      } // whoever read the request has found fault with anything else
    }
    return kept;
  }

  private void inline(
      JobRef job,
      InputFile file,
      String base64,
      int i,
      List<InputFile> kept,
      List<Finding> findings) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      findings.add(new Finding("/files/" + i + "/base64", "is not Base64: " + e.getMessage()));
      return;
    }
    kept.add(known(file, artifacts.keep(Folder.of(job), new ByteArrayInputStream(bytes))));
  }

  private void uploaded(
      JobRef job,
      InputFile file,
      String uploadId,
      int i,
      List<InputFile> kept,
      List<Finding> findings) {
    artifacts
        .adopt(Folder.of(job), job.tenant(), uploadId)
        .ifPresentOrElse(
            bytes -> kept.add(known(file, bytes)),
            () ->
                findings.add(
                    new Finding(
                        "/files/" + i + "/uploadId",
                        "no upload has this id; send the file again")));
  }

  private void fetched(
      JobRef job,
      InputFile file,
      String url,
      long deadline,
      int i,
      List<InputFile> kept,
      List<Finding> findings) {
    if (!findings.isEmpty()) { // it is wrong anyway, so nothing is fetched for it
      attachments.refusal(url).ifPresent(why -> findings.add(finding(i, why)));
      return;
    }
    try {
      var bytes =
          attachments.fetch(url, deadline, stream -> artifacts.keep(Folder.of(job), stream));
      kept.add(known(file, bytes));
    } catch (Unfetched e) {
      findings.add(finding(i, e.why()));
    }
  }

  private static Finding finding(int i, String why) {
    return new Finding("/files/" + i + "/url", why);
  }

  private static InputFile known(InputFile file, Artifacts.Kept kept) {
    return InputFile.kept(file.name(), kept.sha256(), kept.size());
  }

  /** Copies what another job keeps. */
  List<InputFile> copy(JobRef from, List<InputFile> files, JobRef to) {
    return files.stream()
        .filter(file -> file.sha256() != null)
        .map(
            file -> {
              String sha256 = String.valueOf(file.sha256());
              return known(file, artifacts.copy(Folder.of(from), sha256, Folder.of(to)));
            })
        .toList();
  }
}
