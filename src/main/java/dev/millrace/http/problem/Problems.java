package dev.millrace.http.problem;

import dev.millrace.job.Finding;
import dev.millrace.job.Unavailable;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes every answer that is an error, ours and the framework's. */
@Singleton
public final class Problems implements ErrorResponseProcessor<byte[]> {
  /** The attribute of a request whose client looks for what is wrong in this field as well. */
  public static final String ALSO = "millrace.problem.also";

  private static final Logger log = LoggerFactory.getLogger(Problems.class);
  private static final MediaType PROBLEM = MediaType.of("application/problem+json");
  private static final String TYPES = "https://millrace.dev/problems/";

  private final ObjectMapper json;

  public Problems(ObjectMapper json) {
    this.json = json;
  }

  /** The answer to a request that is refused. */
  public MutableHttpResponse<byte[]> answer(HttpRequest<?> request, Refusal refusal) {
    MutableHttpResponse<byte[]> response = HttpResponse.status(status(refusal.code()));
    refusal.headers().forEach(response::header);
    return fill(request, response, refusal);
  }

  /** The answer when something that is needed is away. */
  MutableHttpResponse<byte[]> answer(HttpRequest<?> request, Unavailable away) {
    log.atWarn()
        .setCause(away)
        .addKeyValue("request", RequestIds.of(request))
        .log("a request could not be answered");
    return answer(
        request,
        Refusal.of(Code.UNAVAILABLE, "Something that is needed does not answer now. Try again.")
            .with(HttpHeaders.RETRY_AFTER, "2"));
  }

  @Override
  public MutableHttpResponse<byte[]> processResponse(
      ErrorContext context, MutableHttpResponse<?> response) {
    Code code = Code.of(response.code());
    response.status(status(code));
    return fill(context.getRequest(), response, Refusal.of(code, detail(code, context)));
  }

  /** The framework's own words only where they are about the request. */
  private static String detail(Code code, ErrorContext context) {
    return switch (code) {
      case NOT_FOUND -> "Nothing is at this address. What there is stands in /docs.";
      case METHOD_NOT_ALLOWED -> "The header Allow names the methods that are.";
      case NOT_ACCEPTABLE -> "Send an Accept header that allows what this address offers.";
      case TOO_LARGE -> "Send less at a time, or the files ahead with POST /v1/uploads.";
      case INVALID_REQUEST ->
          context.getErrors().stream()
              .map(error -> error.getMessage())
              .collect(Collectors.joining("; "));
      default -> code.title() + ".";
    };
  }

  private MutableHttpResponse<byte[]> fill(
      HttpRequest<?> request, MutableHttpResponse<?> response, Refusal refusal) {
    String requestId = RequestIds.of(request);
    var problem = new LinkedHashMap<String, Object>();
    problem.put("type", TYPES + refusal.code().word());
    problem.put("title", refusal.code().title());
    problem.put("status", refusal.code().status());
    problem.put("code", refusal.code().word());
    problem.put("detail", refusal.detail());
    problem.put("errors", errors(refusal.errors()));
    request.getAttribute(ALSO, String.class).ifPresent(name -> problem.put(name, told(refusal)));
    problem.putAll(refusal.more());
    problem.put("requestId", requestId);
    response.getHeaders().set(RequestIds.HEADER, requestId);
    return response.body(written(problem)).contentType(PROBLEM);
  }

  /** All of it in one text. */
  private static String told(Refusal refusal) {
    return Stream.concat(
            Stream.of(refusal.detail()),
            refusal.errors().stream().map(error -> error.at() + " " + error.problem() + "."))
        .collect(Collectors.joining(" "));
  }

  private static HttpStatus status(Code code) {
    return HttpStatus.valueOf(code.status());
  }

  private static List<Map<String, String>> errors(List<Finding> findings) {
    return findings.stream()
        .map(finding -> Map.of("at", finding.at(), "problem", finding.problem()))
        .toList();
  }

  private byte[] written(Map<String, Object> problem) {
    try {
      return json.writeValueAsBytes(problem);
    } catch (IOException e) {
      throw new UncheckedIOException("a problem that cannot be written as JSON", e);
    }
  }
}
