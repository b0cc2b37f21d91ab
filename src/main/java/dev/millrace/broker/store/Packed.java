package dev.millrace.broker.store;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How values of one kind lie in the file. */
final class Packed<T> extends BasicDataType<T> {
  private final BiConsumer<WriteBuffer, T> writer;
  private final Function<ByteBuffer, T> reader;
  private final ToIntFunction<T> memory;

  Packed(
      BiConsumer<WriteBuffer, T> writer, Function<ByteBuffer, T> reader, ToIntFunction<T> memory) {
    this.writer = writer;
    this.reader = reader;
    this.memory = memory;
  }

  @Override
  public int getMemory(T value) {
    return memory.applyAsInt(value);
  }

  @Override
  public void write(WriteBuffer to, T value) {
    writer.accept(to, value);
  }

  @Override
  public T read(ByteBuffer from) {
    return reader.apply(from);
  }

  @Override
  @SuppressWarnings("unchecked") // The array never leaves the store, where its type is erased.
  public T[] createStorage(int size) {
    return (T[]) new Object[size];
  }
}
