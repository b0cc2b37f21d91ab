package dev.millrace.job;

import org.jspecify.annotations.Nullable;

/**
 * A file that a job works on. It comes as an upload, inline or from an address; once submitted it
 * is kept with the job and known by its hash.
 */
public record InputFile(
    String name,
    @Nullable String uploadId,
    @Nullable String base64,
    @Nullable String url,
    @Nullable String sha256,
    long size) {

  public static InputFile kept(String name, String sha256, long size) {
    return new InputFile(name, null, null, null, sha256, size);
  }
}
