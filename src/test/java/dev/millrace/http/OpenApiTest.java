package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.Yaml;
import dev.millrace.bus.JobResult;
import dev.millrace.http.problem.Code;
import dev.millrace.http.view.AgentView;
import dev.millrace.http.view.ConversationView;
import dev.millrace.http.view.StepView;
import dev.millrace.intake.Removal;
import dev.millrace.job.Caps;
import dev.millrace.job.Failure;
import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import dev.millrace.job.JobRequest;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import io.micronaut.web.router.Router;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The document says what the program is made of: no more, and no less. */
class OpenApiTest {
  private static final OpenApi API = OpenApi.PUBLISHED;

  /** What publishes the document is not in it. */
  private static final Set<String> UNPUBLISHED =
      Set.of("GET /openapi.yml", "GET /asyncapi.yml", "GET /docs", "GET /docs/{part}");

  @TempDir Path directory;

  @Test
  void every_route_is_in_the_document_and_nothing_else() {
    try (var server = new TestServer(directory)) {
      Set<String> routes =
          server
              .context
              .getBean(Router.class)
              .uriRoutes()
              .filter(route -> !route.getHttpMethodName().equals("HEAD"))
              .filter(route -> !OldRoutes.has(route)) // the pages of docs/migrate describe them
              .map(
                  route ->
                      route.getHttpMethodName()
                          + " "
                          + route.getUriMatchTemplate().toPathString().replaceAll(":[^}]+", ""))
              .filter(route -> !UNPUBLISHED.contains(route))
              .collect(Collectors.toCollection(TreeSet::new));

      assertThat(API.operations().stream().map(OpenApi.Operation::toString))
          .containsExactlyInAnyOrderElementsOf(routes);
    }
  }

  @Test
  void every_operation_is_described_in_full() {
    assertThat(API.document.get("openapi").asText()).startsWith("3.1");
    for (OpenApi.Operation operation : API.operations()) {
      JsonNode described = operation.described();
      assertThat(described.path("summary").asText())
          .as("the first sentence on the controller's method of %s", operation)
          .isNotBlank();
      assertThat(described.path("tags")).as("%s: name it in Described", operation).isNotEmpty();
      assertThat(described.toString())
          .as("what is answered to %s: say it in Described", operation)
          .doesNotContain("\"format\":\"byte\"")
          .doesNotContain(operation.id() + " 2");
    }
    assertThat(API.operations().stream().map(OpenApi.Operation::id)).doesNotHaveDuplicates();
  }

  @Test
  void every_reference_leads_somewhere() {
    assertThat(API.document.findValuesAsText("$ref"))
        .allSatisfy(
            to -> assertThat(API.document.at(to.substring(1)).isMissingNode()).as(to).isFalse());
  }

  /** The processor leaves out a file that it cannot read, without a word. */
  @Test
  void all_that_stands_beside_the_controllers_is_in_the_document() throws Exception {
    var missing = new ArrayList<String>();
    try (Stream<Path> files = Files.list(Path.of("src/main/openapi"))) {
      for (Path file : files.toList()) {
        try (InputStream text = Files.newInputStream(file)) {
          var components = (Map<?, ?>) ((Map<?, ?>) Yaml.read(text)).get("components");
          components.forEach(
              (kind, named) ->
                  ((Map<?, ?>) named)
                      .keySet().stream()
                          .map(name -> "/components/" + kind + "/" + name)
                          .filter(at -> API.document.at(at).isMissingNode())
                          .forEach(missing::add));
        }
      }
    }

    assertThat(missing).isEmpty();
  }

  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of("JobSummary", names(JobResult.class)),
        Arguments.of("JobSummary/properties/usage", names(JobResult.Used.class)),
        Arguments.of("JobSummary/properties/repeated", names(JobResult.Repeated.class)),
        Arguments.of("Artifact", names(JobResult.Product.class)),
        Arguments.of("LargeValue", names(JobResult.File.class)),
        Arguments.of("Links", names(JobResult.Links.class)),
        Arguments.of("Failure", names(Failure.class)),
        Arguments.of("Finding", names(Finding.class)),
        Arguments.of("ModelStep", names(StepView.Model.class)),
        Arguments.of("ModelStep/properties/usage", names(StepView.Tokens.class)),
        Arguments.of("ToolCall", names(StepView.Call.class)),
        Arguments.of("ToolStep", names(StepView.Tool.class)),
        Arguments.of("Outcome", names(Removal.Outcome.class)),
        Arguments.of("Agent", names(AgentView.class)),
        Arguments.of("Tool", names(AgentView.ToolView.class)),
        Arguments.of("AgentLimits", names(AgentView.LimitsView.class)),
        Arguments.of("Conversation", names(ConversationView.class)),
        Arguments.of("ConversationList", names(ConversationView.Page.class)),
        Arguments.of("History", names(ConversationView.History.class)),
        Arguments.of("Turn", names(ConversationView.Turn.class)),
        Arguments.of("Words", names(ConversationView.Words.class)),
        Arguments.of("Limits", names(Caps.class)),
        Arguments.of("Request", and(names(JobRequest.class), "schema")),
        Arguments.of("InputFile", without(names(InputFile.class), "sha256", "size")));
  }

  private static Set<String> names(Class<?> record) {
    return Stream.of(record.getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.toSet());
  }

  private static Set<String> and(Set<String> names, String more) {
    names.add(more);
    return names;
  }

  private static Set<String> without(Set<String> names, String... less) {
    names.removeAll(Set.of(less));
    return names;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("shapes")
  void a_shape_has_the_fields_of_its_record(String shape, Set<String> fields) {
    var properties = new ArrayList<String>();
    API.document
        .at("/components/schemas/" + shape + "/properties")
        .fieldNames()
        .forEachRemaining(properties::add);

    assertThat(properties).containsExactlyInAnyOrderElementsOf(fields);
  }

  @Test
  void words_are_those_of_the_program() {
    assertThat(words("Status")).isEqualTo(of(Status.values(), Status::word));
    assertThat(words("JobSummary/properties/stopReason"))
        .isEqualTo(and(of(StopReason.values(), StopReason::word), "null"));
    assertThat(words("Problem/properties/code"))
        .isEqualTo(
            of(Code.values(), code -> code.name().toLowerCase(Locale.ROOT).replace('_', '-')));
    assertThat(words("Request/properties/whenBusy"))
        .isEqualTo(
            and(
                of(JobRequest.WhenBusy.values(), when -> when.name().toLowerCase(Locale.ROOT)),
                "null"));
  }

  private static Set<String> words(String schema) {
    var words = new TreeSet<String>();
    API.document
        .at("/components/schemas/" + schema + "/enum")
        .forEach(word -> words.add(word.asText()));
    return words;
  }

  private static <E> Set<String> of(E[] values, java.util.function.Function<E, String> word) {
    return Stream.of(values).map(word).collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void the_page_is_whole_and_loads_nothing_from_elsewhere() throws Exception {
    try (var server = new TestServer(directory)) {
      var page = server.get("/docs");
      var parts =
          java.util.regex.Pattern.compile("(?:src|href)=\"([^\"]+)\"")
              .matcher(page.body())
              .results()
              .map(found -> found.group(1))
              .toList();

      assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
      assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
          .startsWith("default-src 'none'; script-src 'self';");
      assertThat(parts).hasSize(4);
      for (String part :
          List.of(parts, List.of("/openapi.yml", "/asyncapi.yml")).stream()
              .flatMap(List::stream)
              .toList()) {
        assertThat(part).startsWith("/");
        assertThat(server.get(part).statusCode()).as(part).isEqualTo(200);
      }
      assertThat(server.get("/openapi.yml").body()).startsWith("openapi: 3.1");
      assertThat(server.get("/docs/nothing.js").statusCode()).isEqualTo(404);
    }
  }
}
