package dev.millrace;

import dev.millrace.job.Secret;
import dev.millrace.session.SessionSettings;
import dev.millrace.session.local.LocalSessionPool;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import dev.millrace.storage.StorageSettings;
import dev.millrace.storage.disk.DiskStorage;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.condition.Condition;
import io.micronaut.context.condition.ConditionContext;
import io.micronaut.serde.ObjectMapper;
import jakarta.inject.Singleton;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What runs on this machine, as long as no setting takes it elsewhere. */
@Factory
final class LocalWiring {
  private static final int SECRET_LENGTH = 32;

  @Singleton
  @Requires(condition = StoresOnDisk.class)
  Place storagePlace(StorageSettings settings) {
    return new Place("storage", "disk", settings.path().toString());
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = StoresOnDisk.class)
  Storage storage(StorageSettings settings, InstantSource clock) {
    return DiskStorage.open(settings.path(), clock);
  }

  /** Kept with the data, whose keys are made from it; so it is lost only with them. */
  @Singleton
  @Requires(condition = StoresOnDisk.class)
  Secret secret(InstallationSettings settings, Storage storage) {
    return settings.configured().orElseGet(() -> kept(storage));
  }

  private static Secret kept(Storage storage) {
    byte[] made = new byte[SECRET_LENGTH];
    new SecureRandom().nextBytes(made);
    storage.putIfAbsent(Layout.secret(), new ByteArrayInputStream(made), made.length);
    try (InputStream kept = storage.open(Layout.secret(), 0, SECRET_LENGTH).orElseThrow()) {
      return new Secret(kept.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Singleton
  @Requires(condition = RunsCodeHere.class)
  Place sessionPlace(SessionSettings settings) {
    return new Place("sessions", "local", python(settings.local()).toString());
  }

  @Singleton
  @Bean(preDestroy = "close")
  @Requires(condition = RunsCodeHere.class)
  LocalSessionPool sessions(
      SessionSettings settings, Secret secret, ObjectMapper json, InstantSource clock) {
    return LocalSessionPool.start(settings.local(), python(settings.local()), secret, json, clock);
  }

  /** The one that is set, or the one that was prepared beside the program. */
  static Path python(SessionSettings.Local settings) {
    String set = settings.python();
    Path python =
        set == null
            ? Path.of(System.getProperty("millrace.home", "."), ".venv", "bin", "python")
            : Path.of(set);
    return python.toAbsolutePath().normalize();
  }

  static final class RunsCodeHere implements Condition {
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean matches(ConditionContext context) {
      return !context.getBean(SessionSettings.class).chosen();
    }
  }

  static final class StoresOnDisk implements Condition {
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean matches(ConditionContext context) {
      return !context.getBean(StorageSettings.Blob.class).chosen();
    }
  }
}
