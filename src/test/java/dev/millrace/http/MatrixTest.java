package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Artifact;
import dev.millrace.job.Digest;
import io.micronaut.http.HttpMethod;
import io.micronaut.web.router.Router;
import io.micronaut.web.router.UriRouteInfo;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every route of the running server times everybody who may ask for it. The routes are the
 * router's: a new one turns this red until it has a row that says what it is about.
 */
class MatrixTest {
  /** What a route is about, and so who is answered what. */
  private enum About {
    /** Whoever asks. */
    NOBODY,
    /** The caller alone, whoever that is. */
    THE_CALLER,
    /** Something of one owner, which is not there for anybody else. */
    ONE_OWNER
  }

  private static final Map<String, About> ROWS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("GET /openapi.yml", About.NOBODY),
              Map.entry("GET /asyncapi.yml", About.NOBODY),
              Map.entry("GET /docs", About.NOBODY),
              Map.entry("GET /docs/{part}", About.NOBODY),
              Map.entry("GET /health/liveness", About.NOBODY),
              Map.entry("GET /health/readiness", About.NOBODY),
              Map.entry("GET /metrics", About.NOBODY),
              Map.entry("GET /v1/agents", About.THE_CALLER),
              Map.entry("GET /v1/agents/{name}", About.THE_CALLER),
              Map.entry("GET /v1/conversations", About.THE_CALLER),
              Map.entry("GET /v1/conversations/{agent}/{sessionId}", About.ONE_OWNER),
              Map.entry("POST /v1/conversations/{agent}/{sessionId}/reset", About.ONE_OWNER),
              Map.entry("DELETE /v1/conversations/{agent}/{sessionId}", About.ONE_OWNER),
              Map.entry("GET /v1/jobs", About.THE_CALLER),
              Map.entry("POST /v1/jobs", About.THE_CALLER),
              Map.entry("POST /v1/uploads", About.THE_CALLER),
              Map.entry("GET /v1/jobs/{id}", About.ONE_OWNER),
              Map.entry("DELETE /v1/jobs/{id}", About.ONE_OWNER),
              Map.entry("POST /v1/jobs/{id}/cancel", About.ONE_OWNER),
              Map.entry("POST /v1/jobs/{id}/retry", About.ONE_OWNER),
              Map.entry("GET /v1/jobs/{id}/events", About.ONE_OWNER),
              Map.entry("GET /v1/jobs/{id}/artifacts", About.ONE_OWNER),
              Map.entry("GET /v1/jobs/{id}/artifacts.zip", About.ONE_OWNER),
              Map.entry("GET /v1/jobs/{id}/artifacts/{name:.+}", About.ONE_OWNER),
              Map.entry("GET /v1/jobs/{id}/files/{sha256}", About.ONE_OWNER)));

  private static final String OWNER = "default/alice";
  private static final List<String> STRANGERS = List.of("default/bob", "other/alice");
  private static final String NAME = "plot.png";
  private static final byte[] BYTES = {1, 2, 3};

  @TempDir static Path directory;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer(directory);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A HEAD comes with each GET, and asks for the same. */
  private static TreeSet<String> routes() {
    return server
        .context
        .getBean(Router.class)
        .uriRoutes()
        .filter(route -> route.getHttpMethod() != HttpMethod.HEAD)
        .filter(route -> !OldRoutes.has(route)) // they have a matrix of their own
        .map(MatrixTest::named)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String named(UriRouteInfo<?, ?> route) {
    return route.getHttpMethodName() + " " + route.getUriMatchTemplate().toPathString();
  }

  @Test
  void every_route_of_the_router_has_a_row_and_every_row_a_route() {
    assertThat(routes()).isEqualTo(ROWS.keySet());
  }

  @TestFactory
  Stream<DynamicTest> who_is_answered_what() {
    return routes().stream()
        .filter(ROWS::containsKey)
        .map(route -> DynamicTest.dynamicTest(route, () -> check(route, ROWS.get(route))));
  }

  private static void check(String route, About about) throws Exception {
    String job = job();
    boolean open = about == About.NOBODY;
    HttpResponse<String> nobody = ask(route, job, " ");
    assertThat(nobody.statusCode()).isEqualTo(open ? 200 : 401);
    if (!open) {
      assertThat(nobody.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
    for (String stranger : STRANGERS) {
      HttpResponse<String> answer = ask(route, job, stranger);
      if (about == About.ONE_OWNER) {
        HttpResponse<String> missing = ask(route, "no-such-job", stranger);
        assertThat(answer.statusCode()).isEqualTo(404).isEqualTo(missing.statusCode());
        assertThat(told(answer)).isEqualTo(told(missing));
        assertThat(answer.headers().map().keySet()).isEqualTo(missing.headers().map().keySet());
      } else {
        assertThat(answer.statusCode()).isLessThan(300);
        assertThat(answer.body()).doesNotContain(job);
      }
    }
    assertThat(server.log(job).state().cancelRequested()).isFalse();
    assertThat(ask(route, job, OWNER).statusCode()).isLessThan(300);
  }

  /** A problem but for the name of its request. */
  private static String told(HttpResponse<String> problem) {
    return problem.body().replaceAll("\"requestId\":\"[^\"]*\"", "");
  }

  /** One of the owner's, over, with a file. */
  private static String job() throws Exception {
    String request = "{\"message\": \"Plot.\", \"sessionId\": \"%s\"}".formatted(UUID.randomUUID());
    String id = server.submit(request, "X-Who", OWNER);
    server.claim(id);
    server.step(id, "plot()", file(id));
    return id;
  }

  private static Artifact file(String job) {
    var kept =
        server
            .context
            .getBean(Artifacts.class)
            .keep(Folder.of(server.log(job).job()), new ByteArrayInputStream(BYTES));
    return new Artifact(NAME, "image/png", kept.size(), kept.sha256(), 2, kept.blob());
  }

  private static HttpResponse<String> ask(String route, String job, String who) throws Exception {
    String method = route.substring(0, route.indexOf(' '));
    String path =
        route
            .substring(method.length() + 1)
            .replace("{id}", job)
            .replace("{name:.+}", NAME)
            .replace("{part}", "start.js")
            .replace("{name}", "analyst")
            .replace("{agent}", "analyst")
            .replace("{sessionId}", session(job))
            .replace("{sha256}", Digest.sha256(BYTES));
    if (Stream.of("/retry", "/events").anyMatch(path::endsWith) || method.equals("DELETE")) {
      endOnce(job);
    }
    var request = server.request(path).header("Content-Type", "application/json");
    return server.send(
        request
            .header("X-Who", who)
            .method(
                method,
                BodyPublishers.ofString(method.equals("POST") ? "{\"message\":\"m\"}" : "")));
  }

  private static String session(String job) {
    var log = server.log(job);
    return log.exists() ? String.valueOf(log.state().request().sessionId()) : "none";
  }

  private static void endOnce(String job) {
    var log = server.log(job);
    if (log.exists() && log.state().ended().isEmpty()) {
      server.end(job, "Done.");
    }
  }
}
