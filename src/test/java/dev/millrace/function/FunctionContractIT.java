package dev.millrace.function;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.functions.HttpMethod;
import com.microsoft.azure.functions.HttpResponseMessage;
import com.microsoft.azure.functions.annotation.FunctionName;
import com.microsoft.azure.functions.annotation.HttpTrigger;
import com.microsoft.azure.functions.annotation.ServiceBusQueueTrigger;
import com.microsoft.azure.functions.annotation.TimerTrigger;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.millrace.worker.Patience;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the host reads says the same as the code that it calls. */
class FunctionContractIT {
  static List<String> functions() throws IOException {
    return StagedFunctions.names();
  }

  @Test
  void every_function_in_the_code_is_staged_and_no_other() throws IOException {
    var inTheCode =
        new ClassFileImporter()
            .importPath(Path.of("target", "classes", "dev", "millrace", "function")).stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.isAnnotatedWith(FunctionName.class))
                .map(method -> method.getAnnotationOfType(FunctionName.class).value());

    assertThat(inTheCode).containsExactlyInAnyOrderElementsOf(StagedFunctions.names());
  }

  @ParameterizedTest
  @MethodSource("functions")
  void each_binding_is_as_its_annotation_says(String function) throws Exception {
    try (var staged = StagedFunctions.load()) {
      Method entryPoint = staged.entryPoint(function);

      assertThat(entryPoint.getAnnotation(FunctionName.class).value()).isEqualTo(function);
      assertThat(bindings(function)).isEqualTo(declared(entryPoint));
      assertThat(entryPoint.getDeclaringClass().getClassLoader()).isNotSameAs(getClass());
    }
  }

  @ParameterizedTest
  @MethodSource("functions")
  void each_names_the_jar_beside_which_its_libraries_lie(String function) {
    String jar =
        StagedFunctions.read(function + "/function.json").get("scriptFile").getStringValue();

    assertThat(StagedFunctions.FOLDER.resolve(function).resolve(jar).normalize())
        .isEqualTo(StagedFunctions.FOLDER.resolve("millrace.jar"))
        .exists();
  }

  @Test
  void the_jar_is_thin_and_all_libraries_are_there() throws IOException {
    try (Stream<Path> ours = Files.list(Path.of("target", "app", "lib"));
        Stream<Path> staged = Files.list(StagedFunctions.FOLDER.resolve("lib"))) {
      assertThat(staged.map(Path::getFileName))
          .containsExactlyInAnyOrderElementsOf(ours.map(Path::getFileName).toList());
    }
    assertThat(
            Files.mismatch(
                StagedFunctions.FOLDER.resolve("millrace.jar"), Path.of("target/app/millrace.jar")))
        .isEqualTo(-1);
  }

  @Test
  void nothing_secret_is_staged() throws IOException {
    try (Stream<Path> all = Files.list(StagedFunctions.FOLDER)) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "host.json", "http", "jobs", "lib", "millrace.jar", "sweep", "uploads");
    }
  }

  @Test
  void the_addresses_are_those_of_our_own_server() {
    assertThat(at("extensions", "http", "routePrefix").getStringValue()).isEmpty();
  }

  @Test
  void the_host_stops_a_function_when_our_settings_say_so_and_keeps_its_lock_until_then() {
    Duration timeout = time(at("functionTimeout"));
    var ours = new FunctionSettings(timeout);
    Duration renewal = time(at("extensions", "serviceBus", "maxAutoLockRenewalDuration"));

    assertThat(timeout).isEqualTo(Duration.ofMinutes(10));
    assertThat(renewal).isGreaterThan(timeout);
    assertThat(Deliveries.recall(ours, Patience.USUAL)).isGreaterThan(Duration.ofMinutes(1));
  }

  @Test
  void the_host_settles_by_itself_keeps_nothing_in_store_and_asks_for_no_more_than_may_run() {
    assertThat(at("extensions", "serviceBus", "autoCompleteMessages").getBooleanValue()).isTrue();
    assertThat(at("extensions", "serviceBus", "prefetchCount").getIntValue()).isZero();
    assertThat(at("extensions", "serviceBus", "maxConcurrentCalls").getIntValue())
        .isEqualTo(dev.millrace.bus.BusSettings.Limits.USUAL.jobs());
  }

  private static JsonNode at(String... path) {
    JsonNode node = StagedFunctions.read("host.json");
    for (String step : path) {
      node = node.get(step);
    }
    return node;
  }

  private static Duration time(JsonNode text) {
    return Duration.between(LocalTime.MIN, LocalTime.parse(text.getStringValue()));
  }

  private static List<Map<String, Object>> bindings(String function) {
    var all = new ArrayList<Map<String, Object>>();
    for (JsonNode binding :
        StagedFunctions.read(function + "/function.json").get("bindings").values()) {
      var fields = new TreeMap<String, Object>();
      binding.entries().forEach(field -> fields.put(field.getKey(), field.getValue().getValue()));
      if (binding.get("methods") != null) {
        var methods = new ArrayList<String>();
        binding.get("methods").values().forEach(method -> methods.add(method.getStringValue()));
        fields.put("methods", methods);
      }
      all.add(fields);
    }
    return all;
  }

  private static List<Map<String, Object>> declared(Method entryPoint) {
    var all = new ArrayList<Map<String, Object>>();
    for (Parameter parameter : entryPoint.getParameters()) {
      for (Annotation annotation : parameter.getAnnotations()) {
        Map<String, Object> fields = fields(annotation);
        if (!fields.isEmpty()) {
          fields.put("direction", "in");
          fields.values().removeIf(""::equals); // what is left at its default is left out
          if (annotation instanceof HttpTrigger trigger) {
            fields.put("route", trigger.route());
          }
          all.add(new TreeMap<>(fields));
        }
      }
    }
    if (entryPoint.getReturnType() == HttpResponseMessage.class) {
      all.add(new TreeMap<>(Map.of("type", "http", "direction", "out", "name", "$return")));
    }
    return all;
  }

  private static Map<String, Object> fields(Annotation annotation) {
    var fields = new LinkedHashMap<String, Object>();
    switch (annotation) {
      case ServiceBusQueueTrigger queue -> {
        fields.put("type", "serviceBusTrigger");
        fields.put("name", queue.name());
        fields.put("dataType", queue.dataType());
        fields.put("queueName", queue.queueName());
        fields.put("connection", queue.connection());
        fields.put("isSessionsEnabled", queue.isSessionsEnabled());
        fields.put("cardinality", queue.cardinality().name());
      }
      case TimerTrigger timer -> {
        fields.put("type", "timerTrigger");
        fields.put("name", timer.name());
        fields.put("dataType", timer.dataType());
        fields.put("schedule", timer.schedule());
      }
      case HttpTrigger http -> {
        fields.put("type", "httpTrigger");
        fields.put("name", http.name());
        fields.put("dataType", http.dataType());
        fields.put("methods", Stream.of(http.methods()).map(HttpMethod::name).toList());
        fields.put("authLevel", http.authLevel().name());
      }
      default -> {}
    }
    return fields;
  }
}
