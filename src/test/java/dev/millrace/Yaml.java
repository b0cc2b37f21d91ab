package dev.millrace;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** YAML as what JSON knows: a time is a text. */
public final class Yaml {
  private Yaml() {}

  private static final class JsonResolver extends Resolver {
    @Override
    public void addImplicitResolver(Tag tag, Pattern looks, String first, int limit) {
      if (!tag.equals(Tag.TIMESTAMP)) {
        super.addImplicitResolver(tag, looks, first, limit);
      }
    }
  }

  /** Reads what is on the class path under this name. */
  public static Object read(String resource) {
    try (InputStream text = Yaml.class.getClassLoader().getResourceAsStream(resource)) {
      return read(Objects.requireNonNull(text, resource));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Object read(InputStream text) {
    var options = new LoaderOptions();
    var dumper = new DumperOptions();
    return new org.yaml.snakeyaml.Yaml(
            new SafeConstructor(options),
            new Representer(dumper),
            dumper,
            options,
            new JsonResolver())
        .load(text);
  }
}
