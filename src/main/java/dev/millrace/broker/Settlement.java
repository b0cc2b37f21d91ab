package dev.millrace.broker;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a delivery. {@code properties} are application properties to set on the message,
 * of the types that a {@link Message} may have.
 */
public sealed interface Settlement {

  /** It is done with, and gone. */
  record Complete() implements Settlement {}

  /** It is available again, and its delivery count rises. */
  record Abandon(Map<String, Object> properties) implements Settlement {
    public Abandon {
      properties = Properties.simple(properties);
    }
  }

  /** It is available again, and this delivery does not count. */
  record Release() implements Settlement {}

  /** It is set aside, to be asked for by its sequence number. */
  record Defer(Map<String, Object> properties) implements Settlement {
    public Defer {
      properties = Properties.simple(properties);
    }
  }

  /** It goes to the dead letters. */
  record DeadLetter(
      @Nullable String reason, @Nullable String description, Map<String, Object> properties)
      implements Settlement {
    public DeadLetter {
      properties = Properties.simple(properties);
    }
  }
}
