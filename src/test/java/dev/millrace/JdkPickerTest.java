package dev.millrace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .mvn/jdk}, which {@code mvnw} and {@code millrace} source. */
class JdkPickerTest {
  private static final String PICKER = "\n. \"$(dirname \"$0\")/.mvn/jdk\"\n";

  @TempDir Path folder;
  private Path home;
  private Path bin;

  @BeforeEach
  void folders() throws IOException {
    home = Files.createDirectories(folder.resolve("a home"));
    bin = Files.createDirectories(folder.resolve("bin"));
    Files.writeString(bin.resolve("java"), "no JDK around it").toFile().setExecutable(true);
  }

  @Test
  void java_home_comes_first() throws Exception {
    var jdk = jdk(folder.resolve("mine"), "21.0.2");
    jdk(home.resolve(".jdks/newer"), "99");

    assertThat(pick(jdk)).isEqualTo(jdk.toString());
  }

  @Test
  void an_old_java_home_is_passed_over_for_the_java_on_the_path() throws Exception {
    var old = jdk(folder.resolve("old"), "17.0.15");
    var linked = jdk(folder.resolve("linked"), "23");
    Files.createSymbolicLink(folder.resolve("alternative"), Path.of("linked/bin/java"));
    Files.delete(bin.resolve("java"));
    Files.createSymbolicLink(bin.resolve("java"), folder.resolve("alternative"));

    assertThat(pick(old)).isEqualTo(folder + "/" + linked.getFileName());
  }

  @Test
  void a_broken_java_home_is_passed_over_for_the_newest_in_the_usual_folders() throws Exception {
    jdk(home.resolve(".jdks/one"), "98");
    var newest = jdk(home.resolve(".sdkman/candidates/java/two"), "99.0.1");

    assertThat(pick(folder.resolve("nowhere"))).isEqualTo(newest.toString());
  }

  @Test
  void a_runtime_without_a_compiler_is_no_jdk() throws Exception {
    var runtime = jdk(home.resolve(".jdks/jre"), "100");
    Files.delete(runtime.resolve("bin/javac"));
    var jdk = jdk(home.resolve(".jdks/jdk"), "99");

    assertThat(pick(null)).isEqualTo(jdk.toString());
  }

  @Test
  void without_any_it_says_in_one_message_what_to_install() throws Exception {
    var script = folder.resolve("picker");
    Files.writeString(
        script, Files.readString(Path.of(".mvn/jdk")).replace("least=21", "least=999"));

    var process = shell(script, null);

    assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8))
        .contains("JDK 999 or newer", "apt-get install", "brew install", "JAVA_HOME")
        .hasLineCount(2);
    assertThat(process.waitFor()).isEqualTo(1);
  }

  @Test
  void the_scripts_use_it_before_they_switch_globbing_off() throws Exception {
    assertThat(Files.readString(Path.of("mvnw")))
        .contains(PICKER + ". \"$(dirname \"$0\")/.mvn/maven\"\nset -euf\n");
    assertThat(Files.readString(Path.of("millrace"))).contains("\n. \"$home/.mvn/jdk\"\n");
  }

  private static Path jdk(Path where, String version) throws IOException {
    Files.createDirectories(where.resolve("bin"));
    for (var tool : new String[] {"java", "javac"}) {
      Files.writeString(where.resolve("bin").resolve(tool), "").toFile().setExecutable(true);
    }
    Files.writeString(where.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return where;
  }

  private String pick(Path javaHome) throws Exception {
    var process = shell(Path.of(".mvn/jdk").toAbsolutePath(), javaHome);
    var picked = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor()).isZero();
    return picked;
  }

  private Process shell(Path script, Path javaHome) throws IOException {
    var command = new ProcessBuilder("/bin/sh", "-euc", ". '" + script + "'; echo \"$JAVA_HOME\"");
    command.environment().clear();
    command.environment().put("PATH", bin + ":/usr/bin:/bin");
    command.environment().put("HOME", home.toString());
    if (javaHome != null) {
      command.environment().put("JAVA_HOME", javaHome.toString());
    }
    return command.start();
  }
}
