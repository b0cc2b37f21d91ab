package dev.millrace.model;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The variables by which many programs know an Azure OpenAI, as in {@code AZURE_OPENAI_ENDPOINT}.
 * They count where no model is set up otherwise. An empty value counts as none.
 *
 * @param chatDeploymentName the same as {@code deploymentName} and {@code deployment}
 * @param apiKey null to sign in with an identity
 */
@ConfigurationProperties("azure.openai")
public record AzureOpenAiSettings(
    @Nullable String endpoint,
    @Nullable String chatDeploymentName,
    @Nullable String deploymentName,
    @Nullable String deployment,
    @Nullable String apiVersion,
    @Nullable String apiKey) {
  static final String NAME = "azure-openai";

  private static final String DEPLOYMENTS =
      "AZURE_OPENAI_CHAT_DEPLOYMENT_NAME, AZURE_OPENAI_DEPLOYMENT_NAME and AZURE_OPENAI_DEPLOYMENT";

  /**
   * @throws IllegalArgumentException with one line for each variable to mend
   */
  public AzureOpenAiSettings {
    var faults = new ArrayList<String>();
    List<String> deployments = named(chatDeploymentName, deploymentName, deployment);
    if (deployments.size() > 1) {
      faults.add(DEPLOYMENTS + " mean the same, and differ. Keep one of them.");
    }
    if (text(endpoint).isEmpty() && !deployments.isEmpty()) {
      faults.add(
          "AZURE_OPENAI_ENDPOINT is missing. It must be like https://NAME.openai.azure.com.");
    }
    if (!text(endpoint).isEmpty() && deployments.isEmpty()) {
      faults.add(
          "AZURE_OPENAI_ENDPOINT is set, but no deployment. Set one of %s.".formatted(DEPLOYMENTS));
    }
    if (faults.isEmpty() && !text(endpoint).isEmpty()) {
      new SetupReader(NAME, "azure.openai", values(endpoint, deployments, apiVersion, apiKey))
          .faults().stream()
              .map(fault -> fault.replaceFirst("azure\\.openai\\.\\S+ \\((\\w+)\\)", "$1"))
              .forEach(faults::add);
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
  }

  /** The model that they name, if they do. */
  Optional<ModelSetup> setup() {
    return text(endpoint).isEmpty()
        ? Optional.empty()
        : Optional.of(
            new SetupReader(
                    NAME,
                    "azure.openai",
                    values(
                        endpoint,
                        named(chatDeploymentName, deploymentName, deployment),
                        apiVersion,
                        apiKey))
                .read());
  }

  /** Never the key. */
  @Override
  public String toString() {
    return "AzureOpenAiSettings[]";
  }

  private static Map<String, String> values(
      @Nullable String endpoint,
      List<String> deployments,
      @Nullable String apiVersion,
      @Nullable String apiKey) {
    var values = new LinkedHashMap<String, String>();
    values.put("kind", ModelKind.AZURE.shown());
    values.put("endpoint", text(endpoint));
    values.put("deployment", deployments.getFirst());
    values.put("api-version", text(apiVersion));
    values.put("key", text(apiKey));
    values.values().removeIf(String::isEmpty);
    return values;
  }

  private static List<String> named(@Nullable String... names) {
    return List.copyOf(
        new TreeSet<>(
            Stream.of(names)
                .filter(Objects::nonNull)
                .map(AzureOpenAiSettings::text)
                .filter(name -> !name.isEmpty())
                .toList()));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value.strip();
  }
}
