package dev.millrace.intake;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobRef;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Brings the files of a request into the folder of its job, where they live as long as it does. */
final class Inputs {
  private final Artifacts artifacts;

  Inputs(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  /** The files as the job keeps them; what cannot be kept becomes a finding. */
  List<InputFile> keep(JobRef job, List<InputFile> files, List<Finding> findings) {
    var kept = new ArrayList<InputFile>();
    for (int i = 0; i < files.size(); i++) {
      InputFile file = files.get(i);
      if (file.sha256() != null) {
        kept.add(file);
        continue;
      }
      try {
        Optional<Artifacts.Kept> bytes = keep(job, file);
        if (bytes.isEmpty()) {
          findings.add(
              new Finding(
                  "/files/" + i + "/uploadId", "no upload has this id; send the file again"));
        }
        bytes.ifPresent(b -> kept.add(InputFile.kept(file.name(), b.sha256(), b.size())));
      } catch (IllegalArgumentException e) {
        findings.add(new Finding("/files/" + i + "/base64", "is not Base64: " + e.getMessage()));
      }
    }
    return kept;
  }

  /** Copies what another job keeps. */
  List<InputFile> copy(JobRef from, List<InputFile> files, JobRef to) {
    return files.stream()
        .filter(file -> file.sha256() != null)
        .map(
            file -> {
              var kept =
                  artifacts.copy(Folder.of(from), String.valueOf(file.sha256()), Folder.of(to));
              return InputFile.kept(file.name(), kept.sha256(), kept.size());
            })
        .toList();
  }

  private Optional<Artifacts.Kept> keep(JobRef job, InputFile file) {
    if (file.base64() != null) {
      byte[] bytes = Base64.getDecoder().decode(file.base64());
      return Optional.of(artifacts.keep(Folder.of(job), new ByteArrayInputStream(bytes)));
    }
    if (file.uploadId() != null) {
      return artifacts.adopt(Folder.of(job), job.tenant(), file.uploadId());
    }
    return Optional.empty();
  }
}
