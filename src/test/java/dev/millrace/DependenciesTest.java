package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.Version;
import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** One version of Netty and one set of Azure libraries, on the class path as it really is. */
class DependenciesTest {
  /** A jar as the local repository keeps it: group, artifact and version are its folders. */
  private static final Pattern JAR =
      Pattern.compile(
          ".*/(?:com/azure|io/netty|io/projectreactor(?:/netty)?)/([^/]+)/([^/]+)/[^/]+\\.jar");

  @Test
  void netty_comes_in_one_version() {
    var versions =
        Version.identify().values().stream()
            .map(Version::artifactVersion)
            .collect(Collectors.toSet());

    assertThat(versions).hasSize(1);
  }

  @Test
  void every_library_of_azure_netty_and_reactor_is_the_managed_one() throws Exception {
    var managed = managed();

    var onClassPath = new HashMap<String, String>();
    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(jar -> JAR.matcher(jar.replace('\\', '/')))
        .filter(Matcher::matches)
        .forEach(jar -> onClassPath.put(jar.group(1), jar.group(2)));

    assertThat(onClassPath).containsKeys("azure-core", "netty-common", "reactor-core");
    assertThat(managed).containsAllEntriesOf(onClassPath);
  }

  /** Artifact and version of each entry of our own dependencyManagement. */
  private static Map<String, String> managed() throws Exception {
    var pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile())
            .getDocumentElement();
    var netty = text(pom, "netty.version");
    var entries =
        ((Element) pom.getElementsByTagName("dependencyManagement").item(0))
            .getElementsByTagName("dependency");
    var managed = new HashMap<String, String>();
    for (int i = 0; i < entries.getLength(); i++) {
      var entry = (Element) entries.item(i);
      managed.put(
          text(entry, "artifactId"), text(entry, "version").replace("${netty.version}", netty));
    }
    return managed;
  }

  private static String text(Element parent, String name) {
    return parent.getElementsByTagName(name).item(0).getTextContent();
  }
}
