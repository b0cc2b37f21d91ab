package dev.millrace;

import dev.millrace.job.retry.Pauses;
import dev.millrace.model.AzureOpenAiSettings;
import dev.millrace.model.ModelSettings;
import dev.millrace.model.Models;
import dev.millrace.model.openai.Connections;
import dev.millrace.storage.StorageSettings;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.env.Environment;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** The models that the settings name. A client is built when a model is first asked. */
@Factory
final class ModelWiring {
  @Singleton
  Models models(
      ModelSettings settings,
      AzureOpenAiSettings azure,
      StorageSettings storage,
      Environment environment,
      ObjectMapper json,
      InstantSource clock) {
    return new Models(
        settings.setups(azure),
        settings.usual(azure),
        new Models.Means(
            new Connections(),
            () -> AzureWiring.identity(environment),
            storage.path().resolve("models"),
            json,
            clock,
            Pauses.REAL,
            () -> ThreadLocalRandom.current().nextDouble()));
  }

  /** The usual one, and the names of the others. */
  @Singleton
  Place modelPlace(Models models) {
    var places = models.places();
    var usual =
        places.stream()
            .filter(place -> place.name().equals(models.usual()))
            .findFirst()
            .orElseThrow();
    String others =
        places.stream()
            .map(Models.Place::name)
            .filter(name -> !name.equals(models.usual()))
            .collect(Collectors.joining(", "));
    String where =
        usual.model().equals(usual.kind())
            ? usual.where()
            : "%s at %s".formatted(usual.model(), usual.where());
    return new Place("model", usual.kind(), others.isEmpty() ? where : where + "; also " + others);
  }
}
