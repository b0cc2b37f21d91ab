package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample under docs/samples is made by Maven as its users make it, and runs. */
@Tag("full")
class SampleTest {
  private static final Path HOME = Path.of("").toAbsolutePath();

  @TempDir Path folder;

  @Test
  void a_program_with_millrace_inside_runs_with_its_own_agents_routes_timers_and_listeners()
      throws Exception {
    copy(HOME.resolve("docs/samples/beside"), folder.resolve("beside"));
    installInto(folder.resolve("repository"));
    made();

    int port = freePort();
    Path log = folder.resolve("serve.log");
    var serve =
        java(
                "-Dmillrace.home=" + HOME,
                "-cp",
                "target/beside.jar:target/lib/*",
                "dev.millrace.Main",
                "serve")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    serve.environment().put("MILLRACE_HTTP_PORT", Integer.toString(port));
    serve.environment().put("MILLRACE_BUS_PORT", "0");
    serve.environment().put("MILLRACE_REPLY_TO_ALLOW", "towns");
    Process process = serve.start();
    try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var address = URI.create("http://localhost:" + port + "/towns");
      Eventually.that("its own route answers", () -> bulletin(client, address).contains("lines"));
      client.send(
          HttpRequest.newBuilder(URI.create(address + "/Oslo"))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build(),
          BodyHandlers.discarding());

      Eventually.that(
          "its agent, its tool and its listener did their work",
          () -> bulletin(client, address).contains("It says: rain in Oslo"));
      assertThat(bulletin(client, address)).containsPattern("\"editions\":[1-9]");
    } finally {
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(Files.readString(log)).isTrue();
    }
  }

  private static String bulletin(HttpClient client, URI address) {
    try {
      return client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** As {@code ./mvnw install} would, into a repository that goes with the test. */
  private static void installInto(Path repository) throws IOException {
    Path place = Files.createDirectories(repository.resolve("dev/millrace/millrace/0.1.0"));
    Files.copy(HOME.resolve("pom.xml"), place.resolve("millrace-0.1.0.pom"));
    Path classes = HOME.resolve("target/classes");
    try (OutputStream out = Files.newOutputStream(place.resolve("millrace-0.1.0.jar"));
        var jar = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(each -> !each.equals(classes)).toList()) {
        boolean directory = Files.isDirectory(file); // beans are found by looking into them
        String name = classes.relativize(file).toString().replace('\\', '/');
        jar.putNextEntry(new JarEntry(directory ? name + "/" : name));
        if (!directory) {
          Files.copy(file, jar);
        }
        jar.closeEntry();
      }
    }
  }

  /** With the libraries that the build of Millrace has brought, and no network. */
  private void made() throws Exception {
    String libraries = System.getProperty("user.home") + "/.m2/repository";
    var maven =
        new ProcessBuilder(
                HOME.resolve("mvnw").toString(),
                "-B",
                "-o",
                "-q",
                "-Dmaven.repo.local=" + folder.resolve("repository"),
                "-Dmaven.repo.local.tail=" + libraries,
                "-Dmaven.repo.local.tail.ignoreAvailability=true",
                "package")
            .directory(folder.resolve("beside").toFile())
            .redirectErrorStream(true);
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = maven.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(printed).isZero();
  }

  private ProcessBuilder java(String... arguments) {
    var command =
        new java.util.ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.resolve("beside").toFile());
  }

  private static int freePort() throws IOException {
    try (var free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(each -> !each.startsWith(from.resolve("target"))).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
