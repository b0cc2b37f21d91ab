package dev.millrace.model;

import com.azure.core.credential.TokenCredential;
import dev.millrace.job.retry.Pauses;
import dev.millrace.model.claude.ClaudeModel;
import dev.millrace.model.openai.ChatModel;
import dev.millrace.model.openai.Connections;
import dev.millrace.model.openai.EntraSignIn;
import dev.millrace.model.openai.SignIn;
import dev.millrace.model.rehearsal.RehearsalModel;
import dev.millrace.model.waiting.Attempt;
import dev.millrace.model.waiting.Manners;
import dev.millrace.model.waiting.PatientModel;
import io.micronaut.serde.ObjectMapper;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** The models that are set up, by their names. Nobody is asked before a model is. */
public final class Models {
  private final String usual;
  private final SequencedMap<String, LanguageModel> byName = new LinkedHashMap<>();
  private final List<Place> places;

  /**
   * What the adapters need.
   *
   * @param identity that signs in to Azure where there is no key
   * @param folder for what a model's program keeps
   */
  public record Means(
      Connections connections,
      Supplier<TokenCredential> identity,
      Path folder,
      ObjectMapper json,
      InstantSource clock,
      Pauses pauses,
      DoubleSupplier random) {}

  /**
   * Where a model is.
   *
   * @param where an address or a program, without secrets
   */
  public record Place(String name, String kind, String model, String where) {}

  /**
   * @param usual the name of the one that is meant where none is named
   */
  public Models(List<ModelSetup> setups, String usual, Means means) {
    this.usual = usual;
    setups.forEach(setup -> byName.put(setup.name(), model(setup, means)));
    this.places =
        setups.stream()
            .filter(setup -> setup.kind() != ModelKind.REHEARSAL || setup.name().equals(usual))
            .map(
                setup ->
                    new Place(setup.name(), setup.kind().shown(), setup.shownAs(), setup.where()))
            .toList();
    if (!byName.containsKey(usual)) {
      throw new IllegalArgumentException("no model is named " + usual);
    }
  }

  /** The name of the model that is meant where none is named. */
  public String usual() {
    return usual;
  }

  public Optional<LanguageModel> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** One for each that somebody has set up, or that is used for want of another. */
  public List<Place> places() {
    return places;
  }

  private static LanguageModel model(ModelSetup setup, Means means) {
    return switch (setup.kind()) {
      case AZURE -> overHttp(setup, deployment(setup), azureSignIn(setup, means), means);
      case OPENAI, OLLAMA -> overHttp(setup, compatible(setup), keyOrNobody(setup), means);
      case CLAUDE ->
          patient(
              setup,
              new ClaudeModel(
                  setup.command(), setup.model(), means.folder(), setup.timeout(), means.json()),
              means);
      case REHEARSAL -> new RehearsalModel();
    };
  }

  private static LanguageModel overHttp(ModelSetup setup, URI url, SignIn signIn, Means means) {
    return patient(
        setup,
        new ChatModel(
            new ChatModel.Target(
                url,
                setup.shownAs(),
                setup.temperature(),
                setup.timeout(),
                setup.stall(),
                setup.settings()),
            setup.kind() == ModelKind.AZURE,
            means.connections(),
            signIn,
            means.json()),
        means);
  }

  private static LanguageModel patient(ModelSetup setup, Attempt attempt, Means means) {
    return new PatientModel(
        new PatientModel.About(setup.shownAs(), setup.where(), setup.sees(), setup.window()),
        attempt,
        new Manners(
            setup.concurrent(), setup.patience(), means.clock(), means.pauses(), means.random()));
  }

  private static URI deployment(ModelSetup setup) {
    return below(
        setup,
        "/openai/deployments/%s/chat/completions?api-version=%s"
            .formatted(encoded(setup.shownAs()), encoded(setup.apiVersion())));
  }

  private static URI compatible(ModelSetup setup) {
    return below(setup, "/chat/completions");
  }

  private static URI below(ModelSetup setup, String path) {
    String endpoint = Objects.requireNonNull(setup.endpoint()).toString();
    return URI.create(endpoint.replaceFirst("/+$", "") + path);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static SignIn azureSignIn(ModelSetup setup, Means means) {
    return setup.key() == null
        ? new EntraSignIn(means.identity(), means.clock())
        : SignIn.azureKey(setup.key());
  }

  private static SignIn keyOrNobody(ModelSetup setup) {
    return setup.key() == null ? SignIn.NOBODY : SignIn.bearerKey(setup.key());
  }
}
