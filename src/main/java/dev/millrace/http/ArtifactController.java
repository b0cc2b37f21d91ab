package dev.millrace.http;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.http.document.Described;
import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import dev.millrace.http.request.Disposition;
import dev.millrace.http.stream.Bytes;
import dev.millrace.http.view.JobViews;
import dev.millrace.job.Artifact;
import dev.millrace.job.Unavailable;
import dev.millrace.journal.JobLog;
import dev.millrace.journal.Step;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The files of a job: each by its name, and all of them at once. */
@Controller("/v1/jobs/{id}")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ArtifactController {
  private final Desk desk;
  private final Answers answers;
  private final JobViews views;
  private final Artifacts artifacts;
  private final Files files;
  private final Carrier carrier;

  ArtifactController(
      Desk desk,
      Answers answers,
      JobViews views,
      Artifacts artifacts,
      Files files,
      Carrier carrier) {
    this.desk = desk;
    this.answers = answers;
    this.views = views;
    this.artifacts = artifacts;
    this.files = files;
    this.carrier = carrier;
  }

  /** Lists the files of a job. */
  @Get("/artifacts")
  @Described.ListArtifacts
  HttpResponse<byte[]> list(HttpRequest<?> request, String id) {
    JobLog job = desk.job(request, id);
    return answers
        .json(HttpStatus.OK, Map.of("artifacts", views.artifacts(job)))
        .header(HttpHeaders.ETAG, Answers.tag(job));
  }

  /** Gets a file of a job by its name: the newest of this name. */
  @Get("/artifacts/{name:.+}")
  @Described.GetArtifact
  @Produces(MediaType.ALL)
  HttpResponse<Bytes> get(HttpRequest<?> request, String id, String name) {
    Artifact artifact =
        Optional.ofNullable(newest(desk.job(request, id)).get(name))
            .orElseThrow(() -> Refusal.of(Code.NOT_FOUND, "The job has no file of this name."));
    return files.answer(
        request,
        name,
        artifact.mediaType(),
        artifact.size(),
        artifact.sha256(),
        (from, length) -> open(artifact, from, length));
  }

  /** Gets a value of a job that was too large to stand in it, by its hash. */
  @Get("/files/{sha256}")
  @Described.GetLargeValue
  @Produces(MediaType.ALL)
  HttpResponse<Bytes> file(HttpRequest<?> request, String id, String sha256) {
    Folder folder = Folder.of(desk.job(request, id).job());
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw Refusal.of(Code.NOT_FOUND, "A file is named by its SHA-256 in lower-case hex.");
    }
    long size =
        artifacts
            .size(folder, sha256)
            .orElseThrow(() -> Refusal.of(Code.NOT_FOUND, "The job has no file of this hash."));
    return files.answer(
        request,
        sha256,
        "application/octet-stream",
        size,
        sha256,
        (from, length) ->
            artifacts
                .open(folder, sha256, from, length)
                .orElseThrow(() -> new Unavailable("a file is missing: " + sha256)));
  }

  /** Gets all files of a job in one archive. */
  @Get("/artifacts.zip")
  @Described.GetArchive
  @Produces("application/zip")
  HttpResponse<Bytes> zip(HttpRequest<?> request, String id) {
    Collection<Artifact> all = newest(desk.job(request, id)).values();
    carrier.check(all.stream().mapToLong(Artifact::size).sum());
    return HttpResponse.<Bytes>ok(
            Bytes.written(
                out -> {
                  var zip = new ZipOutputStream(out);
                  var named = new LinkedHashMap<String, Artifact>();
                  all.forEach(file -> named.put(Disposition.inArchive(file.name()), file));
                  for (var file : named.entrySet()) {
                    zip.putNextEntry(new ZipEntry(file.getKey()));
                    try (InputStream bytes = open(file.getValue(), 0, Long.MAX_VALUE)) {
                      bytes.transferTo(zip);
                    }
                    zip.closeEntry();
                  }
                  zip.finish();
                }))
        .header(HttpHeaders.CONTENT_DISPOSITION, Disposition.attachment(id + ".zip"))
        .contentType(MediaType.of("application/zip"));
  }

  private InputStream open(Artifact artifact, long from, long length) {
    return artifacts
        .open(artifact, from, length)
        .orElseThrow(() -> new Unavailable("an artifact is missing: " + artifact.blob()));
  }

  private static Map<String, Artifact> newest(JobLog job) {
    var byName = new LinkedHashMap<String, Artifact>();
    for (Step step : job.state().steps()) {
      if (step instanceof Step.Tool tool) {
        tool.artifacts().forEach(artifact -> byName.put(artifact.name(), artifact));
      }
    }
    return byName;
  }
}
