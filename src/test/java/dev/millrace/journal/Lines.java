package dev.millrace.journal;

import dev.millrace.Json;
import dev.millrace.storage.Storage;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads logs for tests, each line with its position. */
public final class Lines {
  private static final Storage NONE =
      (Storage)
          Proxy.newProxyInstance(
              Lines.class.getClassLoader(),
              new Class<?>[] {Storage.class},
              (proxy, method, args) -> {
                throw new IllegalStateException("a line that needs a file");
              });

  private static final Journal JOURNAL =
      new Journal(NONE, Json.MAPPER, () -> java.time.Instant.EPOCH, () -> "");

  private Lines() {}

  /** One line and where it begins. */
  public record At<E>(long position, E entry) {}

  public static List<At<Entry>> job(byte[] bytes) {
    return read(JOURNAL.entries(), bytes);
  }

  public static List<At<ConversationEntry>> conversation(byte[] bytes) {
    return read(JOURNAL.conversationEntries(), bytes);
  }

  private static <E> List<At<E>> read(LogFormat<E> format, byte[] bytes) {
    var lines = new ArrayList<At<E>>();
    int position = 0;
    for (String text : new String(bytes, StandardCharsets.UTF_8).split("(?<=\n)")) {
      byte[] line = text.getBytes(StandardCharsets.UTF_8);
      long at = position;
      format.read(NONE, "", line).lines().forEach(l -> lines.add(new At<>(at, l.entry())));
      position += line.length;
    }
    return lines;
  }
}
