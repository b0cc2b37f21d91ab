package dev.millrace.http.document;

import dev.millrace.http.problem.Code;
import dev.millrace.http.problem.Refusal;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.annotation.security.PermitAll;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;

/** Hands out what is published about the doors, and a page to read and try it with. */
@Controller
@Hidden
@PermitAll
@ExecuteOn(TaskExecutors.BLOCKING)
final class DocumentController {
  /** The page loads nothing from anywhere else, and is shown in no other. */
  private static final String OWN =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'"
          + " data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
          + " 'none'";

  private static final String MADE = "META-INF/swagger/";
  private static final String BROUGHT = MADE + "views/swagger-ui/res/";
  private static final String PAGE = "docs/index.html";

  /** Where each part of the page is. */
  private static final Map<String, String> PARTS =
      Map.of(
          "start.js", "docs/start.js",
          "swagger-ui-bundle.js", BROUGHT + "swagger-ui-bundle.js",
          "swagger-ui.css", BROUGHT + "swagger-ui.css",
          "favicon-32x32.png", BROUGHT + "favicon-32x32.png");

  @Get("/openapi.yml")
  @Produces(MediaType.APPLICATION_YAML)
  HttpResponse<byte[]> openApi() {
    return answer(MADE + "openapi.yml", MediaType.APPLICATION_YAML_TYPE);
  }

  @Get("/asyncapi.yml")
  @Produces(MediaType.APPLICATION_YAML)
  HttpResponse<byte[]> asyncApi() {
    return answer("asyncapi.yml", MediaType.APPLICATION_YAML_TYPE);
  }

  @Get("/docs")
  @Produces(MediaType.TEXT_HTML)
  HttpResponse<byte[]> page() {
    return answer(PAGE, MediaType.TEXT_HTML_TYPE);
  }

  @Get("/docs/{part}")
  @Produces(MediaType.ALL)
  HttpResponse<byte[]> part(String part) {
    String resource = PARTS.get(part);
    if (resource == null) {
      throw Refusal.of(Code.NOT_FOUND, "The page has no such part.");
    }
    return answer(resource, MediaType.forFilename(part));
  }

  private static HttpResponse<byte[]> answer(String resource, MediaType type) {
    return HttpResponse.ok(read(resource))
        .contentType(type)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header("Content-Security-Policy", OWN);
  }

  private static byte[] read(String resource) {
    ClassLoader loader = DocumentController.class.getClassLoader();
    try (InputStream bytes = Objects.requireNonNull(loader.getResourceAsStream(resource))) {
      return bytes.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("a part of this program that cannot be read", e);
    }
  }
}
