package dev.millrace.storage;

import java.time.InstantSource;

/** The tests' own store keeps the promises that the tests rely on. */
class MemoryStorageTest extends StorageContract {
  private final MemoryStorage storage = new MemoryStorage(InstantSource.system());

  @Override
  protected Storage storage() {
    return storage;
  }
}
