package dev.millrace;

import dev.millrace.job.Unavailable;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextBuilder;
import io.micronaut.context.annotation.ConfigurationReader;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.env.Environment;
import io.micronaut.context.env.PropertySource;
import io.micronaut.context.exceptions.BeanCreationException;
import io.micronaut.core.order.Ordered;
import io.micronaut.core.type.Argument;
import io.micronaut.inject.BeanDefinition;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rooms, wired as the settings say. Each part is made when it is first asked for. */
final class Assembly implements AutoCloseable {
  private final ApplicationContext context;

  private Assembly(ApplicationContext context) {
    this.context = context;
  }

  /**
   * Reads every setting there is, so that all that is wrong with them is known at once.
   *
   * @throws Misconfigured when a setting cannot be used
   */
  static Assembly start(Path dotEnv) {
    return start(dotEnv, Map.of());
  }

  /**
   * @param given settings that win over all others
   */
  static Assembly start(Path dotEnv, Map<String, Object> given) {
    return start(dotEnv, given, ApplicationContext.builder());
  }

  /** For a host that brings no server of ours to life. */
  static Assembly inFunctions(Path dotEnv) {
    return start(
        dotEnv,
        Map.of(),
        ApplicationContext.builder(Environment.AZURE, Environment.FUNCTION)
            .deduceEnvironment(false)
            .classLoader(Assembly.class.getClassLoader()));
  }

  private static Assembly start(
      Path dotEnv, Map<String, Object> given, ApplicationContextBuilder builder) {
    DotEnv file = read(dotEnv);
    var old = OldVariables.of(name -> variable(name, file));
    var context =
        builder
            .propertySources(
                file, old.settings(), PropertySource.of("given", given, Ordered.LOWEST_PRECEDENCE))
            .build();
    try {
      context.start();
      check(context, old.faults());
      return new Assembly(context);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  private static String variable(String name, DotEnv file) {
    String value = System.getenv(name);
    return value == null ? Objects.requireNonNullElse(file.get(name), "").toString() : value;
  }

  private static DotEnv read(Path file) {
    try {
      return DotEnv.read(file);
    } catch (IllegalArgumentException e) {
      throw new Misconfigured(List.of(message(e)), e);
    }
  }

  private static void check(ApplicationContext context, List<String> known) {
    var findings = new LinkedHashSet<String>(known);
    var settings = new TreeSet<String>();
    var maps = new TreeSet<String>();
    for (var reference : context.getBeanDefinitionReferences()) {
      if (reference.getBeanDefinitionName().startsWith(Main.class.getPackageName())
          && reference.getAnnotationMetadata().hasStereotype(ConfigurationReader.class)) {
        BeanDefinition<?> each = reference.load(context);
        for (var setting : each.getConstructor().getArguments()) {
          setting
              .getAnnotationMetadata()
              .stringValue(Property.class, "name")
              .ifPresent(
                  key -> {
                    (Map.class.equals(setting.getType()) ? maps : settings).add(key);
                    checkKind(context, key, setting, findings);
                  });
        }
        collect(findings, () -> context.getBean(each));
      }
    }
    findings.addAll(new UnknownSettings(settings, maps).in(context.getEnvironment()));
    for (var each : context.getBeanDefinitions(Check.class)) {
      collect(findings, () -> findings.addAll(context.getBean(each).faults()));
    }
    if (!findings.isEmpty()) {
      throw new Misconfigured(List.copyOf(findings), null);
    }
  }

  private static void collect(Collection<String> findings, Runnable step) {
    try {
      step.run();
    } catch (BeanCreationException e) {
      message(mistake(e)).lines().forEach(findings::add);
    }
  }

  /** A value of the wrong kind: the framework would quietly take the default instead. */
  private static void checkKind(
      ApplicationContext context, String key, Argument<?> setting, Collection<String> findings) {
    String value = context.getProperty(key, String.class).orElse("");
    if (!value.isBlank() && context.getProperty(key, setting).isEmpty()) {
      findings.add(
          "%s (%s) must be %s, not %s."
              .formatted(key, UnknownSettings.variable(key), inWords(setting), value));
    }
  }

  private static String inWords(Argument<?> setting) {
    return switch (setting.getSimpleName()) {
      case "int", "long", "Integer", "Long" -> "a whole number";
      case "double", "Double" -> "a number";
      case "boolean", "Boolean" -> "true or false";
      case "Duration" -> "a time such as 30s or 5m";
      default -> "a " + setting.getSimpleName();
    };
  }

  /**
   * Where each part is.
   *
   * @throws Misconfigured when a part cannot be anywhere until a person has mended something
   */
  Collection<Place> places() {
    return made(() -> context.getBeansOfType(Place.class));
  }

  /**
   * The one of a type, made now if it has not been.
   *
   * @throws Misconfigured when it cannot be made until a person has mended something
   * @throws Unavailable when it cannot be made now
   */
  <T> T get(Class<T> type) {
    return made(() -> context.getBean(type));
  }

  /** The one of a type, where the settings ask for one. */
  <T> Optional<T> find(Class<T> type) {
    return made(() -> context.findBean(type));
  }

  private static <T> T made(Supplier<T> beans) {
    try {
      return beans.get();
    } catch (BeanCreationException e) {
      throw switch (mistake(e)) {
        case Unavailable later -> later;
        case IllegalArgumentException wrong -> new Misconfigured(List.of(message(wrong)), wrong);
        case IllegalStateException wrong -> new Misconfigured(List.of(message(wrong)), wrong);
        default -> e;
      };
    }
  }

  /** What our own code has thrown; the framework wraps it once for each bean on the way. */
  private static Throwable mistake(BeanCreationException fault) {
    Throwable mistake = fault;
    for (@Nullable Throwable cause = fault.getCause();
        cause != null && mistake instanceof BeanCreationException;
        cause = cause.getCause()) {
      mistake = cause;
    }
    return mistake;
  }

  private static String message(Throwable fault) {
    return Objects.requireNonNullElse(fault.getMessage(), fault.getClass().getSimpleName());
  }

  @Override
  public void close() {
    context.close();
  }
}
