package dev.millrace.http.legacy;

import java.util.Map;

/**
 * What earlier systems told of where they run.
 *
 * @param models by their names
 * @param sessionPool whether code runs in a session pool of Azure
 */
public record Surroundings(Map<String, Model> models, boolean sessionPool) {
  public Surroundings {
    models = Map.copyOf(models);
  }

  /**
   * A model.
   *
   * @param called its deployment, or how else its server calls it
   * @param endpoint its address, without secrets
   * @param azure whether it is an Azure OpenAI
   */
  public record Model(String called, String endpoint, boolean azure) {}

  /** What a name of a model stood for in earlier systems, which had one each. */
  public String called(String model) {
    var known = models.get(model);
    return known == null ? model : known.called();
  }
}
