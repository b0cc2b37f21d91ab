package dev.millrace;

import io.micronaut.context.env.Environment;
import io.micronaut.context.env.EnvironmentPropertySource;
import io.micronaut.context.env.PropertySource;
import io.micronaut.context.env.PropertySource.PropertyConvention;
import io.micronaut.context.env.SystemPropertiesPropertySource;
import io.micronaut.core.naming.NameUtils;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Settings of ours that somebody has written down and nobody reads, mostly because a letter is
 * missing. What is known is what the records of settings ask for; there is no second list.
 */
final class UnknownSettings {
  private static final String ROOT = "millrace.";

  /** Variables of the build and of a deployment, which stand for no setting. */
  private static final Set<String> OF_OTHERS =
      Set.of("MILLRACE_REQUIRE_ALL", "MILLRACE_FULL", "MILLRACE_SESSIONS_IMAGE");

  /** Kubernetes tells each container of its services, and one of them may have our name. */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile("\\w+_(SERVICE_(HOST|PORT\\w*)|PORT_\\d+_\\w+)");

  private static final Pattern ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

  private final Collection<String> known;
  private final List<String> open;

  /**
   * @param known each setting that is asked for
   * @param open those below which there is any number of others; whoever reads them knows them
   */
  UnknownSettings(Collection<String> known, Collection<String> open) {
    this.known = known;
    this.open = List.copyOf(open);
  }

  /** One sentence for each: what it is called, where it stands, and what is most like it. */
  List<String> in(Environment environment) {
    return environment.getPropertySources().stream()
        .filter(source -> !source.getName().equals(SystemPropertiesPropertySource.NAME))
        .sorted(Comparator.comparing(PropertySource::getName))
        .flatMap(this::in)
        .toList();
  }

  private Stream<String> in(PropertySource source) {
    boolean variables = source.getConvention() == PropertyConvention.ENVIRONMENT_VARIABLE;
    var names = Stream.<String>builder();
    source.forEach(names);
    return names
        .build()
        .filter(name -> variables ? !fine(name, source) : !fine(name))
        .sorted()
        .map(
            name ->
                "%s (%s) is no setting. The one most like it is %s."
                    .formatted(
                        name,
                        source.getName().equals(EnvironmentPropertySource.NAME)
                            ? "an environment variable"
                            : "in " + source.getName(),
                        variables ? variable(nearest(name)) : nearest(name)));
  }

  private boolean fine(String name) {
    String setting = NameUtils.hyphenate(name, true).replaceFirst("\\[.*", "");
    return !setting.startsWith(ROOT)
        || known.contains(setting)
        || open.stream().anyMatch(each -> setting.startsWith(each + "."));
  }

  private boolean fine(String name, PropertySource source) {
    String given = name.toUpperCase(Locale.ROOT);
    return !given.startsWith(variable(ROOT))
        || OF_OTHERS.contains(given)
        || OF_KUBERNETES.matcher(given).matches()
        || ADDRESS.matcher(String.valueOf(source.get(name))).matches()
        || known.stream().anyMatch(each -> given.equals(variable(each)))
        || open.stream().anyMatch(each -> given.startsWith(variable(each + ".")));
  }

  static String variable(String setting) {
    return setting.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
  }

  private String nearest(String name) {
    return known.stream()
        .min(
            Comparator.<String>comparingInt(each -> edits(variable(each), variable(name)))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  /** How many letters have to be put in, taken out or changed to make one of the other. */
  private static int edits(String one, String other) {
    int[] row = IntStream.rangeClosed(0, other.length()).toArray();
    for (int i = 1; i <= one.length(); i++) {
      int before = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = before + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        before = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j - 1], row[j]));
      }
    }
    return row[other.length()];
  }
}
