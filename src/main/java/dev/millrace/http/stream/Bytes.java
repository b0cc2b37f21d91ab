package dev.millrace.http.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.OptionalLong;

/**
 * Bytes as an answer, made while they are sent.
 *
 * @param length how many there will be, where that is known
 */
public record Bytes(Writing writing, OptionalLong length) {

  /** Opens what is to be sent, once somebody reads. */
  @FunctionalInterface
  public interface Opening {
    InputStream open() throws IOException;
  }

  /** Writes what is to be sent. */
  @FunctionalInterface
  public interface Writing {
    void to(OutputStream out) throws IOException;
  }

  public static Bytes of(long length, Opening opening) {
    return new Bytes(
        out -> {
          try (InputStream in = opening.open()) {
            in.transferTo(out);
          }
        },
        OptionalLong.of(length));
  }

  public static Bytes written(Writing writing) {
    return new Bytes(writing, OptionalLong.empty());
  }
}
