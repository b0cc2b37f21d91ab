package dev.millrace.broker.filter;

import dev.millrace.broker.Message;
import org.jspecify.annotations.Nullable;

/** What has a value for a message; null if it is not known. */
interface Operand {
  @Nullable Object of(Message message);
}
