package dev.millrace.storage.blob;

import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.BlobDownloadContentResponse;
import com.azure.storage.blob.models.BlobRange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.Objects;

/**
 * The bytes of a range, fetched piece by piece. How far it goes is settled by the first answer, so
 * that a log which grows meanwhile reads as it was.
 */
final class BlobContent extends InputStream {
  private static final int PIECE = 4 << 20;

  private final BlobClient blob;
  private final OffsetDateTime created;
  private final long end;
  private long position;
  private ByteBuffer piece;

  private BlobContent(BlobClient blob, long position, long end, BlobDownloadContentResponse first) {
    this.blob = blob;
    this.created = first.getDeserializedHeaders().getCreationTime();
    this.end = end;
    this.piece = first.getValue().toByteBuffer();
    this.position = position + piece.remaining();
  }

  /** Lets the exceptions of the SDK through: what is missing or empty is for the caller to say. */
  static InputStream open(BlobClient blob, long from, long length) {
    var first = fetch(blob, from, Math.min(length, PIECE));
    long end = total(first.getDeserializedHeaders().getContentRange());
    long wanted = length > end - from ? end : from + length;
    return new BlobContent(blob, from, wanted, first);
  }

  private static BlobDownloadContentResponse fetch(BlobClient blob, long from, long length) {
    return blob.downloadContentWithResponse(
        null, null, new BlobRange(from, length), false, BlobStorage.PATIENCE, Context.NONE);
  }

  /** Of {@code bytes 0-99/1234} it is 1234. */
  private static long total(String contentRange) {
    return Long.parseLong(contentRange.substring(contentRange.indexOf('/') + 1));
  }

  @Override
  public int read() throws IOException {
    return ready() ? piece.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (!ready()) {
      return -1;
    }
    int got = Math.min(length, piece.remaining());
    piece.get(into, offset, got);
    return got;
  }

  private boolean ready() throws IOException {
    if (piece.hasRemaining()) {
      return true;
    }
    if (position >= end) {
      return false;
    }
    BlobDownloadContentResponse next;
    try {
      next = fetch(blob, position, Math.min(PIECE, end - position));
    } catch (RuntimeException e) {
      throw new IOException(
          "could not read on in %s at byte %d".formatted(blob.getBlobName(), position), e);
    }
    if (!Objects.equals(created, next.getDeserializedHeaders().getCreationTime())) {
      throw new IOException(blob.getBlobName() + " was replaced by another while it was read");
    }
    piece = next.getValue().toByteBuffer();
    position += piece.remaining();
    return piece.hasRemaining();
  }
}
