package dev.millrace.storage.disk;

import dev.millrace.job.Unavailable;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says what the disk said, in words for the person who has to mend it. */
final class Faults {
  private Faults() {}

  static Unavailable unavailable(String attempted, Throwable fault) {
    return new Unavailable("could not " + attempted + ": " + sentence(fault), fault);
  }

  static String sentence(Throwable fault) {
    if (fault instanceof AccessDeniedException denied) {
      return "this user may not use " + denied.getFile();
    }
    if (fault instanceof FileSystemException of && of.getReason() == null) {
      return of.getClass().getSimpleName() + " " + of.getFile();
    }
    @Nullable String message = fault.getMessage();
    if (message == null) {
      return fault.getClass().getSimpleName();
    }
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota exceeded")) {
      return "the disk is full; writes go on as soon as there is space (" + message + ")";
    }
    if (lower.contains("too many open files")) {
      return "the process may not open more files, raise its limit (" + message + ")";
    }
    if (lower.contains("read-only file system")) {
      return "the disk has become read-only (" + message + ")";
    }
    return message;
  }
}
