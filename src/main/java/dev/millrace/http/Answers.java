package dev.millrace.http;

import dev.millrace.http.request.Header;
import dev.millrace.http.view.JobViews;
import dev.millrace.journal.JobLog;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/** Puts what was found into the form of an answer. */
@Singleton
final class Answers {
  private final JobViews views;
  private final ObjectMapper json;

  Answers(JobViews views, ObjectMapper json) {
    this.views = views;
    this.json = json;
  }

  MutableHttpResponse<byte[]> json(HttpStatus status, Object body) {
    try {
      return HttpResponse.<byte[]>status(status)
          .contentType(MediaType.APPLICATION_JSON_TYPE)
          .body(json.writeValueAsBytes(body));
    } catch (IOException e) {
      throw new UncheckedIOException("an answer that cannot be written as JSON", e);
    }
  }

  /** The job, with all that helps to follow it. */
  MutableHttpResponse<byte[]> job(HttpStatus status, JobLog job) {
    return HttpResponse.<byte[]>status(status)
        .header(HttpHeaders.ETAG, tag(job))
        .contentType(MediaType.APPLICATION_JSON_TYPE)
        .body(views.full(job));
  }

  /** That a job is on its way, and where it is followed. */
  MutableHttpResponse<byte[]> accepted(JobLog job) {
    String self = "/v1/jobs/" + job.job().id();
    return job(HttpStatus.ACCEPTED, job)
        .header(HttpHeaders.LOCATION, self)
        .header("Operation-Location", self)
        .header(HttpHeaders.RETRY_AFTER, "1");
  }

  /** A log only grows, so its length names what is made from it. */
  static String tag(JobLog job) {
    return "\"" + job.position() + "\"";
  }

  /** Whether a caller has this already. */
  static boolean known(HttpRequest<?> request, String tag) {
    String header = Header.of(request, HttpHeaders.IF_NONE_MATCH);
    return header != null
        && Stream.of(header.split(","))
            .map(String::strip)
            .map(each -> each.startsWith("W/") ? each.substring(2) : each)
            .anyMatch(each -> each.equals("*") || each.equals(tag));
  }

  static MutableHttpResponse<byte[]> notModified(String tag) {
    return HttpResponse.<byte[]>status(HttpStatus.NOT_MODIFIED).header(HttpHeaders.ETAG, tag);
  }
}
