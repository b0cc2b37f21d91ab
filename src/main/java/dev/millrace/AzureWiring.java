package dev.millrace;

import com.azure.core.credential.TokenCredential;
import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.core.util.ConfigurationSource;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.messaging.servicebus.ServiceBusClientBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import dev.millrace.bus.BusSettings;
import dev.millrace.bus.servicebus.Namespace;
import dev.millrace.job.Secret;
import dev.millrace.session.SessionSettings;
import dev.millrace.session.azure.AzureSessionPool;
import dev.millrace.storage.Storage;
import dev.millrace.storage.StorageSettings;
import dev.millrace.storage.blob.BlobStorage;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.condition.Condition;
import io.micronaut.context.condition.ConditionContext;
import io.micronaut.context.env.Environment;
import io.micronaut.context.env.PropertySource;
import io.micronaut.context.env.PropertySource.PropertyConvention;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** What runs in Azure, where settings say so. A client is built when something first needs it. */
@Factory
final class AzureWiring {
  @Singleton
  @Requires(condition = StoresInBlobs.class)
  Place storagePlace(BlobContainerClient container) {
    return new Place("storage", "blob", container.getBlobContainerUrl());
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = StoresInBlobs.class)
  Storage storage(BlobContainerClient container) {
    return BlobStorage.open(container);
  }

  @Singleton
  @Requires(condition = StoresInBlobs.class)
  BlobContainerClient container(StorageSettings settings, Environment environment) {
    var blob = settings.blob();
    var service = new BlobServiceClientBuilder().retryOptions(BlobStorage.RETRIES);
    if (blob.connectionString() != null) {
      connect(service, blob.connectionString());
    } else {
      service.endpoint(blob.endpoint()).credential(identity(environment));
    }
    return service.buildClient().getBlobContainerClient(blob.container());
  }

  private static void connect(BlobServiceClientBuilder service, String connectionString) {
    try {
      service.connectionString(connectionString);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "millrace.storage.blob.connection-string (MILLRACE_STORAGE_BLOB_CONNECTION_STRING) cannot"
              + " be used. Copy the whole connection string of the storage account. What is wrong"
              + " with it: "
              + e.getMessage(),
          e);
    }
  }

  @Singleton
  @Requires(condition = TravelsInAzure.class)
  Place busPlace(BusSettings settings) {
    return new Place("bus", "service bus", settings.host());
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = TravelsInAzure.class)
  Namespace namespace(BusSettings settings, Environment environment) {
    if (settings.connectionString() != null) {
      return connected(settings.connectionString(), settings);
    }
    TokenCredential identity = identity(environment);
    return new Namespace(
        () ->
            new ServiceBusClientBuilder()
                .fullyQualifiedNamespace(settings.host())
                .credential(identity)
                .retryOptions(Namespace.RETRIES),
        settings.lock(),
        new SplittableRandom());
  }

  /** By a connection string, wherever that leads. */
  static Namespace connected(String connectionString, BusSettings settings) {
    Supplier<ServiceBusClientBuilder> connections =
        () ->
            new ServiceBusClientBuilder()
                .connectionString(connectionString)
                .retryOptions(Namespace.RETRIES);
    try {
      Objects.requireNonNull(connections.get());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "millrace.bus.connection-string (MILLRACE_BUS_CONNECTION_STRING) cannot be used. Copy a"
              + " whole connection string of the namespace. What is wrong with it: "
              + e.getMessage(),
          e);
    }
    return new Namespace(connections, settings.lock(), new SplittableRandom());
  }

  /** Whoever reads the account may not know it, so it is not kept there. */
  @Singleton
  @Requires(condition = StoresInBlobs.class)
  Secret secret(InstallationSettings settings) {
    return settings.configured().orElseThrow();
  }

  @Singleton
  @Requires(condition = StoresInBlobs.class)
  Check theSecretIsSet(InstallationSettings settings) {
    return () ->
        settings.configured().isPresent()
            ? List.of()
            : List.of(
                "millrace.secret (MILLRACE_SECRET) is missing. With an account it must be set: "
                    + InstallationSettings.HOW
                    + ".");
  }

  @Singleton
  @Requires(condition = RunsCodeInAzure.class)
  Place sessionPlace(SessionSettings settings) {
    return new Place("sessions", settings.kind(), settings.address().getAuthority());
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = RunsCodeInAzure.class)
  AzureSessionPool sessions(
      SessionSettings settings,
      Environment environment,
      Secret secret,
      ObjectMapper json,
      InstantSource clock) {
    return new AzureSessionPool(settings, identity(environment), secret, json, clock);
  }

  static TokenCredential identity(Environment environment) {
    return new DefaultAzureCredentialBuilder().configuration(variables(environment)).build();
  }

  /** The SDK reads environment variables itself, such as AZURE_CLIENT_ID; .env has them too. */
  private static Configuration variables(Environment environment) {
    Map<String, String> variables = new HashMap<>();
    environment.getPropertySources().stream()
        .filter(source -> source.getConvention() == PropertyConvention.ENVIRONMENT_VARIABLE)
        .sorted(Comparator.comparingInt(PropertySource::getOrder))
        .forEach(
            source ->
                source.forEach(name -> variables.put(name, String.valueOf(source.get(name)))));
    ConfigurationSource none = path -> Map.of();
    return new ConfigurationBuilder(none, none, path -> variables).build();
  }

  static final class RunsCodeInAzure implements Condition {
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean matches(ConditionContext context) {
      return context.getBean(SessionSettings.class).chosen();
    }
  }

  static final class StoresInBlobs implements Condition {
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean matches(ConditionContext context) {
      return context.getBean(StorageSettings.Blob.class).chosen();
    }
  }

  static final class TravelsInAzure implements Condition {
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean matches(ConditionContext context) {
      return context.getBean(BusSettings.class).chosen();
    }
  }
}
