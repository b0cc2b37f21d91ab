import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

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
    try (var jar = new JarFile(file.toFile(), false)) {
      List<? extends ZipEntry> kept =
          jar.stream().filter(entry -> !isSignature(entry.getName())).toList();
      if (kept.size() < jar.size()) {
        Path without = file.resolveSibling(file.getFileName() + ".unsigned");
        copy(jar, kept, without);
        Files.move(without, file, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static boolean isSignature(String name) {
    return name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
  }

  private static void copy(JarFile jar, List<? extends ZipEntry> entries, Path to)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(to);
        var zip = new ZipOutputStream(out)) {
      for (ZipEntry entry : entries) {
        var copy = new ZipEntry(entry.getName());
        copy.setLastModifiedTime(entry.getLastModifiedTime());
        zip.putNextEntry(copy);
        try (InputStream content = jar.getInputStream(entry)) {
          content.transferTo(zip);
        }
      }
    }
  }
}
