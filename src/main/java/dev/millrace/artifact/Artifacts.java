package dev.millrace.artifact;

import dev.millrace.job.Artifact;
import dev.millrace.job.Digest;
import dev.millrace.job.Unavailable;
import dev.millrace.storage.Layout;
import dev.millrace.storage.Storage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** Keeps files by their content. Safe for use by many threads. */
public final class Artifacts {
  private static final int PAGE = 1000;

  private final Storage storage;

  public Artifacts(Storage storage) {
    this.storage = storage;
  }

  /** A file that is kept: its hash, its size, and its name in the store. */
  public record Kept(String sha256, long size, String blob) {}

  /**
   * Keeps a stream under its hash. The stream is spooled to a temporary file, never held in memory:
   * its hash is its name, and is known only at its end.
   */
  public Kept keep(Folder folder, InputStream content) {
    return spooled(content, folder::file);
  }

  /** Keeps a file that is sent ahead of a job, under an id that nobody can guess. */
  public Kept upload(String tenant, String uploadId, InputStream content) {
    return spooled(content, sha256 -> Layout.upload(tenant, uploadId) + sha256);
  }

  /** Whether a file was sent ahead under this id. */
  public boolean uploaded(String tenant, String uploadId) {
    return found(tenant, uploadId).isPresent();
  }

  private Optional<Storage.Stat> found(String tenant, String uploadId) {
    return storage.list(Layout.upload(tenant, uploadId), null, 1).entries().stream().findFirst();
  }

  /** Forgets a file that was sent ahead. */
  public void forget(String tenant, String uploadId) {
    storage.deleteAll(Layout.upload(tenant, uploadId));
  }

  /** Forgets all files that were sent ahead longer ago than this, by the store's clock. */
  public void forgetUploads(Duration age) {
    String continuation = null;
    do {
      Storage.Page page = storage.list(Layout.UPLOADS, continuation, PAGE);
      Instant oldest = page.asOf().minus(age);
      page.entries().stream()
          .filter(upload -> upload.modified().isBefore(oldest))
          .forEach(upload -> storage.delete(upload.name()));
      continuation = page.next();
    } while (continuation != null);
  }

  private Kept spooled(InputStream content, UnaryOperator<String> nameOf) {
    try {
      Path spool = Files.createTempFile("millrace", ".spool");
      try (var hashed = new DigestInputStream(content, Digest.streaming())) {
        Files.copy(hashed, spool, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        String sha256 = HexFormat.of().formatHex(hashed.getMessageDigest().digest());
        String name = nameOf.apply(sha256);
        long size = Files.size(spool);
        try (var bytes = new BufferedInputStream(Files.newInputStream(spool))) {
          storage.putIfAbsent(name, bytes, size);
        }
        return new Kept(sha256, size, name);
      } finally {
        Files.delete(spool);
      }
    } catch (IOException e) {
      throw new Unavailable("a file could not be read, or spooled to the temporary folder", e);
    }
  }

  /** The bytes of an artifact, or of a range of it. The caller closes the stream. */
  public Optional<InputStream> open(Artifact artifact, long from, long length) {
    return storage.open(artifact.blob(), from, length);
  }

  /** The bytes of what a folder keeps under a hash, or of a range of it. */
  public Optional<InputStream> open(Folder folder, String sha256, long from, long length) {
    return storage.open(folder.file(sha256), from, length);
  }

  /** How long that is. */
  public OptionalLong size(Folder folder, String sha256) {
    return storage.stat(folder.file(sha256)).stream().mapToLong(Storage.Stat::length).findFirst();
  }

  /** Copies a file that was sent ahead into a folder; absent when there is none. */
  public Optional<Kept> adopt(Folder folder, String tenant, String uploadId) {
    return found(tenant, uploadId)
        .flatMap(
            upload ->
                storage
                    .open(upload.name(), 0, Long.MAX_VALUE)
                    .map(bytes -> copied(folder, lastSegment(upload.name()), upload, bytes)));
  }

  private static String lastSegment(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** Copies a kept file from one folder to another, for a job that repeats another. */
  public Kept copy(Folder from, String sha256, Folder to) {
    String name = from.file(sha256);
    return storage
        .stat(name)
        .flatMap(
            file ->
                storage.open(name, 0, Long.MAX_VALUE).map(bytes -> copied(to, sha256, file, bytes)))
        .orElseThrow(() -> new Unavailable("an input file is missing: " + name));
  }

  /** Straight from one name to the other: its hash is known. */
  private Kept copied(Folder folder, String sha256, Storage.Stat file, InputStream content) {
    try (content) {
      storage.putIfAbsent(folder.file(sha256), content, file.length());
      return new Kept(sha256, file.length(), folder.file(sha256));
    } catch (IOException e) {
      throw new Unavailable("a file could not be read to its end", e);
    }
  }
}
