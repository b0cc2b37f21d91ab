package dev.millrace.function;

import com.microsoft.azure.functions.ExecutionContext;
import com.microsoft.azure.functions.annotation.BindingName;
import com.microsoft.azure.functions.spi.inject.FunctionInstanceInjector;
import dev.millrace.Json;
import io.micronaut.json.tree.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * The staged folder, loaded and called as the host's worker for Java does: the jar and what lies in
 * {@code lib} in a loader of their own, above them nothing of ours but the types of functions; each
 * entry point found by its name; an instance from the injector at each call; arguments by the names
 * in the annotations, and a failure where the host has nothing of that name.
 */
final class StagedFunctions implements AutoCloseable {
  static final Path FOLDER = Path.of("target", "functions");
  private static final String TYPES = "com.microsoft.azure.functions.";

  private final URLClassLoader loader;
  private final FunctionInstanceInjector injector;

  private StagedFunctions(URLClassLoader loader) {
    this.loader = loader;
    this.injector =
        within(() -> ServiceLoader.load(FunctionInstanceInjector.class).findFirst().orElseThrow());
  }

  static StagedFunctions load() throws IOException {
    var jars = new ArrayList<URL>();
    jars.add(FOLDER.resolve("millrace.jar").toUri().toURL());
    try (Stream<Path> libraries = Files.list(FOLDER.resolve("lib"))) {
      libraries.map(StagedFunctions::url).forEach(jars::add);
    }
    return new StagedFunctions(new URLClassLoader(jars.toArray(URL[]::new), new Types()));
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the worker has itself; those of ours are behind it. */
  private static final class Types extends ClassLoader {
    Types() {
      super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith(TYPES)) {
        return StagedFunctions.class.getClassLoader().loadClass(name);
      }
      throw new ClassNotFoundException(name);
    }
  }

  /** The names of the folders that hold a function. */
  static List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(FOLDER)) {
      return all.filter(folder -> Files.exists(folder.resolve("function.json")))
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  static JsonNode read(String file) {
    try {
      return Json.MAPPER.readValue(Files.readString(FOLDER.resolve(file)), JsonNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The method that a function.json names: there must be one of that name. */
  Method entryPoint(String function) throws ClassNotFoundException {
    String entryPoint = read(function + "/function.json").get("entryPoint").getStringValue();
    int dot = entryPoint.lastIndexOf('.');
    var type = Class.forName(entryPoint.substring(0, dot), false, loader);
    List<Method> found =
        Stream.of(type.getMethods())
            .filter(method -> method.getDeclaringClass() == type)
            .filter(method -> method.getName().equals(entryPoint.substring(dot + 1)))
            .toList();
    if (found.size() != 1) {
      throw new IllegalStateException(
          "there are %d methods %s".formatted(found.size(), entryPoint));
    }
    return found.getFirst();
  }

  /**
   * @param inputs by the names of bindings
   * @param metadata what the host knows of the trigger beside; nothing that is null
   */
  Object call(String function, Map<String, ?> inputs, Map<String, ?> metadata) throws Exception {
    Method method = entryPoint(function);
    Object[] arguments =
        Stream.of(method.getParameters())
            .map(parameter -> argument(parameter, inputs, metadata, function))
            .toArray();
    return within(
        () -> {
          Object instance = injector.getInstance(method.getDeclaringClass());
          try {
            return method.invoke(instance, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception fault ? fault : e;
          }
        });
  }

  private static Object argument(
      Parameter parameter, Map<String, ?> inputs, Map<String, ?> metadata, String function) {
    for (Annotation annotation : parameter.getAnnotations()) {
      if (annotation instanceof BindingName named) {
        return given(metadata, named.value());
      }
      if (annotation.annotationType().getName().startsWith(TYPES)) {
        return given(inputs, name(annotation));
      }
    }
    return new Invocation(function);
  }

  private static String name(Annotation annotation) {
    try {
      return annotation.annotationType().getMethod("name").invoke(annotation).toString();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object given(Map<String, ?> values, String name) {
    if (!values.containsKey(name)) {
      throw new IllegalStateException("the host has nothing named " + name);
    }
    return values.get(name);
  }

  private interface Task<T> {
    T run() throws Exception;
  }

  private <T> T within(Task<T> task) {
    var thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return task.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private record Invocation(String getFunctionName) implements ExecutionContext {
    @Override
    public Logger getLogger() {
      return Logger.getLogger("function");
    }

    @Override
    public String getInvocationId() {
      return "1";
    }
  }

  /**
   * The host ends its process; here many follow one another in one. The loader stays open for what
   * the threads of libraries still need when they end.
   */
  @Override
  public void close() throws Exception {
    ((AutoCloseable) injector).close();
  }
}
