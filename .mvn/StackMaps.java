import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings old classes in the jars of a folder to the form of Java 8: {@code java .mvn/StackMaps.java
 * FOLDER}. The JVM keeps no class without stack maps in its start-up cache, and verifies it the
 * slow way at each start. Needs JDK 24.
 */
final class StackMaps {
  private static final int FIRST_WITH = ClassFile.JAVA_6_VERSION;
  private static final int MAJOR_VERSION = 6; // where it stands in the header of a class
  private static final int HEADER = 8;

  public static void main(String[] args) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      for (Path file : files.filter(each -> each.toString().endsWith(".jar")).toList()) {
        renew(file);
      }
    }
  }

  private static void renew(Path file) throws IOException {
    try (FileSystem jar = FileSystems.newFileSystem(file);
        var classes = new URLClassLoader(new URL[] {file.toUri().toURL()})) {
      var known = ClassHierarchyResolver.ofResourceParsing(classes);
      var format =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ConstantPoolSharingOption.NEW_POOL,
              ClassFile.ClassHierarchyResolverOption.of(
                  known.orElse(ClassHierarchyResolver.defaultResolver())));
      for (Path old : old(jar)) {
        Files.write(old, renewed(format, Files.readAllBytes(old)));
      }
    }
  }

  private static List<Path> old(FileSystem jar) throws IOException {
    try (Stream<Path> files = Files.walk(jar.getPath("/"))) {
      return files.filter(StackMaps::isOld).toList();
    }
  }

  private static boolean isOld(Path file) {
    if (!file.toString().endsWith(".class")) {
      return false;
    }
    try (InputStream begin = Files.newInputStream(file)) {
      return ByteBuffer.wrap(begin.readNBytes(HEADER)).getShort(MAJOR_VERSION) < FIRST_WITH;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] renewed(ClassFile format, byte[] old) {
    ClassModel model = format.parse(old);
    ClassTransform withoutVersion =
        (builder, element) -> {
          if (!(element instanceof ClassFileVersion)) {
            builder.with(element);
          }
        };
    // Taken apart and put together again, which makes the stack maps.
    ClassTransform bodies =
        ClassTransform.transformingMethodBodies((builder, element) -> builder.with(element));
    return format.build(
        model.thisClass().asSymbol(),
        (ClassBuilder builder) -> {
          builder.withVersion(ClassFile.JAVA_8_VERSION, 0);
          builder.transform(model, withoutVersion.andThen(bodies));
        });
  }
}
