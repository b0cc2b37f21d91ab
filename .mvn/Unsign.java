import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Takes the signatures out of the jars of a folder: {@code java .mvn/Unsign.java FOLDER}. Nobody
 * checks who signed them, but the JVM would check each class against them at each start, and keeps
 * no signed class in its start-up cache.
 */
final class Unsign {
  public static void main(String[] args) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jar")).toList()) {
        unsign(file);
      }
    }
  }

  private static void unsign(Path file) throws IOException {
    try (FileSystem jar = FileSystems.newFileSystem(file)) {
      Path entries = jar.getPath("/META-INF");
      if (Files.exists(entries)) {
        for (Path signature : signatures(entries)) {
          Files.delete(signature);
        }
      }
    }
  }

  private static List<Path> signatures(Path entries) throws IOException {
    try (Stream<Path> files = Files.list(entries)) {
      return files
          .filter(file -> file.getFileName().toString().matches(".*\\.(SF|RSA|DSA|EC)"))
          .toList();
    }
  }
}
