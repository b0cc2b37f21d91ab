package dev.millrace.model;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One model as it was set up.
 *
 * @param name under which agents find it
 * @param settings where a person finds them, as in {@code millrace.models.NAME}
 * @param endpoint null for what is not asked over HTTP
 * @param model or deployment; null where a model is chosen without one
 * @param key null to sign in with an identity in Azure, and with nothing elsewhere
 * @param window in tokens
 * @param sees whether it can be shown pictures
 * @param concurrent how many calls may be under way at once
 * @param timeout of one try
 * @param stall how long an answer may fall silent
 * @param patience how long the pauses between the tries of one call may be together
 * @param command the program to run
 */
public record ModelSetup(
    String name,
    String settings,
    ModelKind kind,
    @Nullable URI endpoint,
    @Nullable String model,
    @Nullable String key,
    String apiVersion,
    long window,
    boolean sees,
    @Nullable Double temperature,
    int concurrent,
    Duration timeout,
    Duration stall,
    Duration patience,
    String command) {
  /** Never the key. */
  @Override
  public String toString() {
    return "ModelSetup[name=%s, kind=%s]".formatted(name, kind.shown());
  }

  /** An address or a program, without secrets. */
  String where() {
    return endpoint != null
        ? String.valueOf(endpoint.getAuthority())
        : kind == ModelKind.CLAUDE ? command : "this process";
  }

  /** What results show. */
  String shownAs() {
    return model == null ? kind.shown() : model;
  }
}
