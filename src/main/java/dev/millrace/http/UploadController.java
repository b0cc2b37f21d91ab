package dev.millrace.http;

import dev.millrace.artifact.Artifacts;
import dev.millrace.http.document.Described;
import dev.millrace.http.request.Body;
import dev.millrace.http.request.UploadIds;
import dev.millrace.security.Caller;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;

/** Files that are sent ahead of the jobs and messages that name them. */
@Controller("/v1/uploads")
@ExecuteOn(TaskExecutors.BLOCKING)
final class UploadController {
  private final Desk desk;
  private final Answers answers;
  private final Artifacts artifacts;
  private final UploadIds ids;
  private final HttpSettings settings;

  UploadController(
      Desk desk, Answers answers, Artifacts artifacts, UploadIds ids, HttpSettings settings) {
    this.desk = desk;
    this.answers = answers;
    this.artifacts = artifacts;
    this.ids = ids;
    this.settings = settings;
  }

  /** Keeps a file for the requests that will name it. The body is the file, whatever its type. */
  @Post
  @Status(HttpStatus.CREATED)
  @Described.UploadFile
  @Consumes(MediaType.ALL)
  HttpResponse<byte[]> upload(HttpRequest<?> request) {
    Caller caller = desk.caller(request);
    String id = ids.next(caller.owner());
    try (InputStream bytes = new Body(request).stream(settings.largestUpload())) {
      var kept = artifacts.upload(caller.tenant(), id, bytes);
      var answer = new LinkedHashMap<String, Object>();
      answer.put("id", id);
      answer.put("size", kept.size());
      answer.put("sha256", kept.sha256());
      return answers.json(HttpStatus.CREATED, answer);
    } catch (IOException e) {
      throw new UncheckedIOException("an upload that cannot be closed", e);
    }
  }
}
