package dev.millrace;

import dev.millrace.storage.Storage;
import dev.millrace.storage.StorageSettings;
import dev.millrace.storage.disk.DiskStorage;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.condition.Condition;
import io.micronaut.context.condition.ConditionContext;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** What runs on this machine, as long as no setting takes it elsewhere. */
@Factory
final class LocalWiring {
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

  static final class StoresOnDisk implements Condition {
    @Override
    @SuppressWarnings("rawtypes") // as the interface has it
    public boolean matches(ConditionContext context) {
      return !context.getBean(StorageSettings.Blob.class).chosen();
    }
  }
}
