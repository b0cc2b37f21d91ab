package dev.millrace.storage.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory for nobody but this user: what is kept in it is no business of others. */
final class PrivateDirectory {
  private static final Logger log = LoggerFactory.getLogger(PrivateDirectory.class);
  private static final FileAttribute<?> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private PrivateDirectory() {}

  /**
   * Makes it if it is missing. One that is there is closed to others; what it grants a group it
   * goes on to grant.
   *
   * @throws IllegalStateException when it cannot be there at all
   */
  static void make(Path directory) {
    Path there = directory.toAbsolutePath();
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw impossible(directory, there + " is a file");
    }
    if (!Files.isWritable(there)) {
      throw impossible(directory, "this user may not write to " + there);
    }
    try {
      boolean posix = Files.getFileStore(there).supportsFileAttributeView("posix");
      Files.createDirectories(
          directory, posix ? new FileAttribute<?>[] {OURS} : new FileAttribute<?>[0]);
      if (posix) {
        closeToOthers(directory);
      }
    } catch (FileSystemException e) {
      String why = e.getReason() == null ? "the system refuses it" : e.getReason();
      throw impossible(directory, why);
    } catch (IOException e) {
      throw impossible(directory, String.valueOf(e.getMessage()));
    }
  }

  private static void closeToOthers(Path directory) throws IOException {
    Set<PosixFilePermission> granted = Files.getPosixFilePermissions(directory);
    if (granted.removeAll(PosixFilePermissions.fromString("------rwx"))) {
      try {
        Files.setPosixFilePermissions(directory, granted);
      } catch (FileSystemException e) {
        log.atWarn()
            .addKeyValue("directory", directory)
            .log("others may read the data directory, and only its owner can change that");
      }
    }
  }

  private static IllegalStateException impossible(Path directory, String why) {
    return new IllegalStateException(
        "The data directory cannot be %s: %s. Mend that, or choose another directory in millrace.storage.directory (MILLRACE_STORAGE_DIRECTORY)."
            .formatted(directory, why));
  }
}
