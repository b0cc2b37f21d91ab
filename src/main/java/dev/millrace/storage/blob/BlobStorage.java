package dev.millrace.storage.blob;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.AppendBlobRequestConditions;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobType;
import com.azure.storage.blob.models.DeleteSnapshotsOptionType;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.AppendBlobAppendBlockOptions;
import com.azure.storage.blob.options.AppendBlobCreateOptions;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import dev.millrace.storage.Names;
import dev.millrace.storage.Storage;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in one container, for any number of processes. Ages are told by the service's
 * clock, to the second.
 *
 * <p>The SDK repeats a request whose answer it did not get. So a change may be answered as if
 * somebody else had made it: an append {@link Append.Refused}, a create or put false. A writer
 * knows its own records when it reads; for a put nothing is lost, as contents follow from names.
 */
public final class BlobStorage implements Storage {

  /** How often and how long the client handed in here should try. */
  public static final RequestRetryOptions RETRIES =
      new RequestRetryOptions(
          RetryPolicyType.EXPONENTIAL,
          4,
          Duration.ofSeconds(10),
          Duration.ofMillis(100),
          Duration.ofSeconds(2),
          null);

  /** Longer than all tries together: only what hangs inside the SDK meets it. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int LONGEST_PAGE = 5000;
  private static final String ANY = "*";

  private final BlobContainerClient container;
  private final BlobFaults faults;

  public BlobStorage(BlobContainerClient container) {
    this.container = container;
    this.faults = new BlobFaults(container);
  }

  /**
   * Opens the store in a container, which is made if it is missing.
   *
   * @throws dev.millrace.job.Unavailable when the service does not let us
   */
  public static BlobStorage open(BlobContainerClient container) {
    var storage = new BlobStorage(container);
    try {
      // Whoever may use a container may list it, but perhaps neither see nor make containers.
      storage.fetch("", null, 1);
    } catch (RuntimeException e) {
      if (!BlobFaults.is(e, BlobErrorCode.CONTAINER_NOT_FOUND)) {
        throw storage.faults.cannotOpen(e);
      }
      storage.makeContainer();
    }
    return storage;
  }

  private void makeContainer() {
    try {
      container.createIfNotExistsWithResponse(null, PATIENCE, Context.NONE);
    } catch (RuntimeException e) {
      throw faults.cannotCreate(e);
    }
  }

  @Override
  public boolean create(String name) {
    Names.check(name);
    var free = new BlobRequestConditions().setIfNoneMatch(ANY);
    var options = new AppendBlobCreateOptions().setRequestConditions(free);
    try {
      blob(name).getAppendBlobClient().createWithResponse(options, PATIENCE, Context.NONE);
      return true;
    } catch (RuntimeException e) {
      if (BlobFaults.taken(e)) {
        return false;
      }
      throw faults.unavailable("create " + name, e);
    }
  }

  @Override
  public Append append(String name, long position, byte[] bytes) {
    Names.check(name);
    if (position < 0 || bytes.length > LONGEST_APPEND) {
      throw new IllegalArgumentException(
          "cannot append %d bytes to %s at %d".formatted(bytes.length, name, position));
    }
    if (bytes.length == 0) {
      return appendNothing(name, position);
    }
    var condition = new AppendBlobRequestConditions().setAppendPosition(position);
    var options =
        new AppendBlobAppendBlockOptions(BinaryData.fromBytes(bytes))
            .setRequestConditions(condition);
    try {
      blob(name).getAppendBlobClient().appendBlockWithResponse(options, PATIENCE, Context.NONE);
      return new Append.Done(position + bytes.length);
    } catch (RuntimeException e) {
      if (BlobFaults.is(e, BlobErrorCode.APPEND_POSITION_CONDITION_NOT_MET)) {
        return new Append.Refused();
      }
      if (BlobFaults.is(e, BlobErrorCode.BLOB_NOT_FOUND)) {
        return new Append.Missing();
      }
      if (BlobFaults.is(e, BlobErrorCode.INVALID_BLOB_TYPE)) {
        throw new IllegalStateException(name + " is a blob, which does not grow", e);
      }
      if (BlobFaults.is(e, BlobErrorCode.BLOCK_COUNT_EXCEEDS_LIMIT)) {
        throw new IllegalStateException(name + " has had 50,000 appends, and may have no more", e);
      }
      throw faults.unavailable("append to " + name, e);
    }
  }

  /** The service refuses empty blocks. */
  private Append appendNothing(String name, long position) {
    Optional<BlobProperties> properties = properties(name);
    if (properties.isEmpty()) {
      return new Append.Missing();
    }
    if (properties.get().getBlobType() != BlobType.APPEND_BLOB) {
      throw new IllegalStateException(name + " is a blob, which does not grow");
    }
    return properties.get().getBlobSize() == position
        ? new Append.Done(position)
        : new Append.Refused();
  }

  @Override
  public boolean putIfAbsent(String name, InputStream bytes, long length) {
    Names.check(name);
    if (length < 0) {
      throw new IllegalArgumentException("a blob cannot have %d bytes: %s".formatted(length, name));
    }
    if (length > BlobUpload.BLOCK && stat(name).isPresent()) {
      return false;
    }
    var upload = new BlobUpload(blob(name).getBlockBlobClient(), name);
    try {
      upload.run(bytes, length);
      return true;
    } catch (BlobUpload.Failed e) {
      if (BlobFaults.taken(e.fault())) {
        return false;
      }
      throw faults.unavailable("write " + name, e.fault());
    }
  }

  @Override
  public Optional<InputStream> open(String name, long from, long length) {
    Names.check(name);
    if (from < 0 || length < 0) {
      throw new IllegalArgumentException(
          "no range of %s: %d bytes from %d on".formatted(name, length, from));
    }
    if (length == 0) {
      return stat(name).map(stat -> InputStream.nullInputStream());
    }
    try {
      return Optional.of(BlobContent.open(blob(name), from, length));
    } catch (RuntimeException e) {
      if (BlobFaults.is(e, BlobErrorCode.BLOB_NOT_FOUND)) {
        return Optional.empty();
      }
      if (BlobFaults.is(e, BlobErrorCode.INVALID_RANGE)) {
        return Optional.of(InputStream.nullInputStream());
      }
      throw faults.unavailable("read " + name, e);
    }
  }

  @Override
  public Optional<Stat> stat(String name) {
    Names.check(name);
    return properties(name)
        .map(p -> new Stat(name, p.getBlobSize(), p.getLastModified().toInstant()));
  }

  private Optional<BlobProperties> properties(String name) {
    try {
      return Optional.of(
          blob(name).getPropertiesWithResponse(null, PATIENCE, Context.NONE).getValue());
    } catch (RuntimeException e) {
      if (BlobFaults.is(e, BlobErrorCode.BLOB_NOT_FOUND)) {
        return Optional.empty();
      }
      throw faults.unavailable("look at " + name, e);
    }
  }

  @Override
  public Page list(String prefix, @Nullable String continuation, int limit) {
    Names.checkPrefix(prefix);
    if (limit < 1) {
      throw new IllegalArgumentException("a page has at least 1 entry, not " + limit);
    }
    try {
      PagedResponse<BlobItem> page = fetch(prefix, continuation, Math.min(limit, LONGEST_PAGE));
      List<Stat> entries = page.getElements().stream().map(BlobStorage::stat).toList();
      String next = page.getContinuationToken();
      return new Page(entries, next == null || next.isEmpty() ? null : next, date(page));
    } catch (RuntimeException e) {
      throw faults.unavailable("list " + prefix, e);
    }
  }

  private PagedResponse<BlobItem> fetch(String prefix, @Nullable String continuation, int size) {
    var options = new ListBlobsOptions().setPrefix(prefix).setMaxResultsPerPage(size);
    return container.listBlobs(options, continuation, PATIENCE).iterableByPage().iterator().next();
  }

  private static Stat stat(BlobItem item) {
    var properties = item.getProperties();
    OffsetDateTime modified = properties.getLastModified();
    return new Stat(item.getName(), properties.getContentLength(), modified.toInstant());
  }

  private static Instant date(PagedResponse<?> page) {
    String date = page.getHeaders().getValue(HttpHeaderName.DATE);
    return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
  }

  @Override
  public void delete(String name) {
    Names.check(name);
    try {
      blob(name)
          .deleteWithResponse(DeleteSnapshotsOptionType.INCLUDE, null, PATIENCE, Context.NONE);
    } catch (RuntimeException e) {
      if (BlobFaults.is(e, BlobErrorCode.BLOB_NOT_FOUND)) {
        return;
      }
      throw faults.unavailable("delete " + name, e);
    }
  }

  @Override
  public void deleteAll(String prefix) {
    Names.checkFolder(prefix);
    String continuation = null;
    do {
      Page page = list(prefix, continuation, LONGEST_PAGE);
      page.entries().forEach(stat -> delete(stat.name()));
      continuation = page.next();
    } while (continuation != null);
  }

  private BlobClient blob(String name) {
    return container.getBlobClient(name);
  }

  /** The client is not ours to close. */
  @Override
  public void close() {}
}
