package dev.millrace.session;

import java.io.IOException;
import java.io.InputStream;

/** Bytes that can be read more than once, because sending them may have to be tried again. */
@FunctionalInterface
public interface Content {
  /** The bytes from the first one on. To be closed. */
  InputStream open() throws IOException;
}
