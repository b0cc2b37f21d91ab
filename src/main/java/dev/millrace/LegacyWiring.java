package dev.millrace;

import dev.millrace.http.legacy.Surroundings;
import dev.millrace.model.Models;
import dev.millrace.session.SessionSettings;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/** What the routes of earlier systems tell of the rest. */
@Factory
final class LegacyWiring {
  @Singleton
  Surroundings surroundings(Models models, SessionSettings sessions) {
    return new Surroundings(
        models.places().stream()
            .collect(Collectors.toMap(Models.Place::name, LegacyWiring::described)),
        sessions.chosen());
  }

  private static Surroundings.Model described(Models.Place place) {
    return new Surroundings.Model(place.model(), place.where(), place.kind().equals("azure"));
  }
}
