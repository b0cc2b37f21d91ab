package dev.millrace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of {@link Shape} can fail: small houses with one fault each. */
class ShapeFaultsTest {
  private static final String STORAGE = "package dev.millrace.storage; public class Disk {}";

  private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
  private static final StandardJavaFileManager FILES =
      JAVAC.getStandardFileManager(null, null, UTF_8);

  @TempDir Path folder;

  static Stream<Arguments> faults() {
    return Stream.of(
        fault(
            "a noun that uses a room",
            Shape.EACH_ROOM_USES_THE_ROOMS_IT_MAY,
            STORAGE,
            "package dev.millrace.job; class Job { dev.millrace.storage.Disk disk; }"),
        fault(
            "a room that uses the root",
            Shape.EACH_ROOM_USES_THE_ROOMS_IT_MAY,
            "package dev.millrace; public class Wiring {}",
            "package dev.millrace.worker; class Worker { dev.millrace.Wiring wiring; }"),
        fault(
            "a use from a package below a room",
            Shape.EACH_ROOM_USES_THE_ROOMS_IT_MAY,
            STORAGE,
            "package dev.millrace.http.legacy; class Old { dev.millrace.storage.Disk disk; }"),
        fault(
            "a room that is not on the map",
            Shape.EVERY_PACKAGE_IS_ON_THE_MAP,
            "package dev.millrace.attic; class Box {}"),
        fault(
            "two rooms that use each other",
            Shape.NO_CYCLES,
            "package dev.millrace.job; public class Job { dev.millrace.storage.Disk disk; }",
            "package dev.millrace.storage; public class Disk { dev.millrace.job.Job job; }"),
        fault(
            "a contract that knows who uses it",
            Shape.THE_REST_CONTRACT_KNOWS_NO_SESSION_MADE_OF_IT,
            "package dev.millrace.session.pool; public class Session {}",
            "package dev.millrace.session.rest; class Client {"
                + " dev.millrace.session.pool.Session session; }"),
        fault(
            "an implementation of nothing",
            Shape.NAMES_SAY_WHAT_A_THING_IS,
            "package dev.millrace.job; class JobServiceImpl {}"),
        fault(
            "an abstract something",
            Shape.NAMES_SAY_WHAT_A_THING_IS,
            "package dev.millrace.job; class AbstractJob {}"),
        fault(
            "a drawer for everything",
            Shape.NAMES_SAY_WHAT_A_THING_IS,
            "package dev.millrace.job.util; class Strings {}"),
        fault(
            "a package without @NullMarked",
            Shape.EVERY_PACKAGE_IS_NULL_MARKED,
            "package dev.millrace.job; class Job {}"),
        fault(
            "a noun with a framework's annotation",
            Shape.THE_NOUNS_KNOW_NO_FRAMEWORK,
            "package dev.millrace.job; @jakarta.inject.Singleton class Job {}"),
        fault(
            "a broker with a socket library",
            Shape.THE_BROKER_KNOWS_NO_FRAMEWORK,
            "package dev.millrace.broker; class Queue { io.netty.channel.Channel channel; }"),
        fault(
            "an agent that sees an SDK",
            Shape.THE_AGENT_SEES_NO_SDK,
            "package dev.millrace.agent; class Loop { com.azure.core.util.BinaryData data; }"),
        foreign("com.azure.messaging.servicebus", "intake"),
        foreign("com.azure.storage.blob", "journal"),
        foreign("com.azure.ai.openai", "agent"),
        foreign("org.apache.qpid.protonj2", "broker"),
        foreign("org.h2.mvstore", "amqp"),
        foreign("com.microsoft.azure.functions.annotation", "worker"),
        fault(
            "an instant of now",
            Shape.NOBODY_READS_THE_CLOCK,
            "package dev.millrace.job; class Job { Object at = java.time.Instant.now(); }"),
        fault(
            "now by reference",
            Shape.NOBODY_READS_THE_CLOCK,
            "package dev.millrace.job; class Job {"
                + " java.util.function.Supplier<?> at = java.time.OffsetDateTime::now; }"),
        fault(
            "milliseconds of now",
            Shape.NOBODY_READS_THE_CLOCK,
            "package dev.millrace.job; class Job { long at = System.currentTimeMillis(); }"),
        fault(
            "a clock made outside the root",
            Shape.ONLY_THE_ROOT_MAKES_A_CLOCK,
            "package dev.millrace.job; class Job {"
                + " Object clock = java.time.InstantSource.system(); }"),
        fault(
            "a sleep",
            Shape.NOBODY_SLEEPS,
            "package dev.millrace.job; class Job {"
                + " void run() throws Exception { Thread.sleep(1); } }"),
        fault(
            "a sleep by another name",
            Shape.NOBODY_SLEEPS,
            "package dev.millrace.job; class Job { void run() throws Exception {"
                + " java.util.concurrent.TimeUnit.SECONDS.sleep(1); } }"),
        fault(
            "an injected field",
            Shape.NO_INJECTED_FIELDS,
            "package dev.millrace.worker; class Worker { @jakarta.inject.Inject String name; }"),
        fault(
            "a print",
            Shape.NO_STANDARD_STREAMS,
            "package dev.millrace.cli; class Run { void run() { System.out.println(); } }"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void a_rule_finds_its_fault(ArchRule rule, List<String> sources) throws Exception {
    assertThat(rule.evaluate(house(sources)).hasViolation()).isTrue();
  }

  @Test
  void a_sound_house_breaks_no_rule() throws Exception {
    var sound =
        house(
            List.of(
                "@org.jspecify.annotations.NullMarked package dev.millrace;",
                "@org.jspecify.annotations.NullMarked package dev.millrace.storage;",
                "@org.jspecify.annotations.NullMarked package dev.millrace.storage.disk;",
                "package dev.millrace; class Wiring {"
                    + " dev.millrace.storage.Disk disk; com.azure.storage.blob.BlobClient blobs;"
                    + " Object clock = java.time.InstantSource.system(); }",
                "package dev.millrace.storage.disk; class File { dev.millrace.storage.Disk disk; }",
                "package dev.millrace.storage; public class Disk { Object at(java.time.Clock clock)"
                    + " { return java.time.Instant.now(clock); } }"));

    assertThat(Shape.RULES).noneMatch(rule -> rule.evaluate(sound).hasViolation());
  }

  @Test
  void every_rule_has_a_fault() {
    assertThat(faults().<Object>map(fault -> ((Named<?>) fault.get()[0]).getPayload()).distinct())
        .containsExactlyInAnyOrderElementsOf(Shape.RULES);
  }

  private static Arguments fault(String name, ArchRule rule, String... sources) {
    return arguments(named(name, rule), List.of(sources));
  }

  private static Arguments foreign(String sdk, String room) {
    return fault(
        sdk + " in " + room,
        Shape.ONE_SDK_ONE_ROOM,
        "package " + sdk + "; public class Stub {}",
        "package dev.millrace." + room + "; class Mine { " + sdk + ".Stub stub; }");
  }

  /** Compiles the sources and reads what came out. */
  private JavaClasses house(List<String> sources) throws Exception {
    var files = new ArrayList<Path>();
    for (var source : sources) {
      var name =
          source.contains("class ")
              ? source.replaceAll(".*? class (\\w+).*", "$1")
              : "package-info";
      var place = Files.createDirectories(folder.resolve("source" + files.size()));
      files.add(Files.writeString(place.resolve(name + ".java"), source));
    }
    var classes = Files.createDirectory(folder.resolve("classes"));
    FILES.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
    var compiled =
        JAVAC
            .getTask(
                null,
                FILES,
                null,
                List.of("-proc:none", "-nowarn"),
                null,
                FILES.getJavaFileObjectsFromPaths(files))
            .call();
    assertThat(compiled).isTrue();
    return new ClassFileImporter().importPath(classes);
  }
}
