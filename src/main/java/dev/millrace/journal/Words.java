package dev.millrace.journal;

import dev.millrace.job.JobRequest;
import dev.millrace.job.Message;
import dev.millrace.job.Origin;
import dev.millrace.job.Status;
import dev.millrace.job.StopReason;
import io.micronaut.core.type.Argument;
import io.micronaut.serde.Decoder;
import io.micronaut.serde.Encoder;
import io.micronaut.serde.Serde;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the enums of the nouns as the words that the wire knows. */
final class Words {
  private Words() {}

  abstract static class Word<E extends Enum<E>> implements Serde<E> {
    private final Function<E, String> word;
    private final Map<String, E> byWord;

    Word(E[] values, Function<E, String> word) {
      this.word = word;
      this.byWord = Stream.of(values).collect(Collectors.toMap(word, Function.identity()));
    }

    Word(E[] values) {
      this(values, value -> value.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void serialize(
        Encoder encoder, EncoderContext context, Argument<? extends E> type, E value)
        throws IOException {
      encoder.encodeString(word.apply(value));
    }

    @Override
    public E deserialize(Decoder decoder, DecoderContext context, Argument<? super E> type)
        throws IOException {
      String text = decoder.decodeString();
      E value = byWord.get(text);
      if (value == null) {
        throw new IOException(text + " is none of " + byWord.keySet());
      }
      return value;
    }
  }

  @Singleton
  static final class Statuses extends Word<Status> {
    Statuses() {
      super(Status.values());
    }
  }

  @Singleton
  static final class StopReasons extends Word<StopReason> {
    StopReasons() {
      super(StopReason.values(), StopReason::word);
    }
  }

  @Singleton
  static final class Kinds extends Word<JobRequest.Kind> {
    Kinds() {
      super(JobRequest.Kind.values());
    }
  }

  @Singleton
  static final class WhenBusies extends Word<JobRequest.WhenBusy> {
    WhenBusies() {
      super(JobRequest.WhenBusy.values());
    }
  }

  @Singleton
  static final class Roles extends Word<Message.Role> {
    Roles() {
      super(Message.Role.values());
    }
  }

  @Singleton
  static final class Doors extends Word<Origin.Via> {
    Doors() {
      super(Origin.Via.values());
    }
  }

  @Singleton
  static final class Outcomes extends Word<Entry.Published.Outcome> {
    Outcomes() {
      super(Entry.Published.Outcome.values());
    }
  }
}
