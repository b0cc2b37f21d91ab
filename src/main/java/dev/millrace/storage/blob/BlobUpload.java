package dev.millrace.storage.blob;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.options.BlockBlobCommitBlockListOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.options.BlockBlobStageBlockOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/**
 * One blob on its way up: in one request if it fits into a block, else block by block and then the
 * list of them. Either way it appears in one step, or not at all if the name is taken. A block is
 * held in memory, because a request may have to be repeated.
 */
final class BlobUpload {
  static final int BLOCK = 4 << 20;

  private final BlockBlobClient blob;
  private final String name;
  private final BlobRequestConditions free = new BlobRequestConditions().setIfNoneMatch("*");

  BlobUpload(BlockBlobClient blob, String name) {
    this.blob = blob;
    this.name = name;
  }

  /** The service's side failed, not the stream's. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1;
    private final RuntimeException fault;

    Failed(RuntimeException fault) {
      super(fault);
      this.fault = fault;
    }

    RuntimeException fault() {
      return fault;
    }
  }

  void run(InputStream bytes, long length) throws Failed {
    if (length <= BLOCK) {
      var content = BinaryData.fromBytes(next(bytes, new byte[(int) length], 0, length));
      var options = new BlockBlobSimpleUploadOptions(content).setRequestConditions(free);
      attempt(() -> blob.uploadWithResponse(options, BlobStorage.PATIENCE, Context.NONE));
      return;
    }
    List<String> blocks = new ArrayList<>();
    UUID upload = UUID.randomUUID();
    for (long at = 0; at < length; at += BLOCK) {
      byte[] block = next(bytes, new byte[(int) Math.min(BLOCK, length - at)], at, length);
      String id = id(upload, blocks.size());
      var options = new BlockBlobStageBlockOptions(id, BinaryData.fromBytes(block));
      attempt(() -> blob.stageBlockWithResponse(options, BlobStorage.PATIENCE, Context.NONE));
      blocks.add(id);
    }
    var options = new BlockBlobCommitBlockListOptions(blocks).setRequestConditions(free);
    attempt(() -> blob.commitBlockListWithResponse(options, BlobStorage.PATIENCE, Context.NONE));
  }

  /** Of its own, so that two uploads of one name never mix. */
  private static String id(UUID upload, int number) {
    var id = ByteBuffer.allocate(20);
    id.putLong(upload.getMostSignificantBits()).putLong(upload.getLeastSignificantBits());
    return Base64.getEncoder().encodeToString(id.putInt(number).array());
  }

  private byte[] next(InputStream bytes, byte[] into, long at, long length) {
    try {
      int got = bytes.readNBytes(into, 0, into.length);
      if (got < into.length) {
        throw new IllegalArgumentException(
            "%s should have %d bytes, but they end after %d".formatted(name, length, at + got));
      }
      return into;
    } catch (IOException e) {
      throw new UncheckedIOException("the bytes for " + name + " could not be read", e);
    }
  }

  private static void attempt(Runnable request) throws Failed {
    try {
      request.run();
    } catch (RuntimeException e) {
      throw new Failed(e);
    }
  }
}
