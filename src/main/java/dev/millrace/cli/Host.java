package dev.millrace.cli;

import java.net.URI;
import java.util.Optional;

/** Where a server is found, or started. */
public interface Host {
  /** The server that has the data directory, if one is alive. */
  Optional<URI> owner();

  /**
   * Starts everything in this process.
   *
   * @throws RuntimeException with one sentence for each thing that a person has to mend first
   */
  Server start();

  /** A server in this process. */
  interface Server extends AutoCloseable {
    URI address();

    /** Lets what runs reach its next step, and stops. Closing it twice changes nothing. */
    @Override
    void close();
  }
}
