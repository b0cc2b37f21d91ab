package dev.millrace.cli;

import dev.millrace.job.Excerpt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Saves the files of a job in a folder, under names that stay in it. Nothing is overwritten. */
final class Saving {
  private static final Pattern UNSAFE = Pattern.compile("[^\\p{L}\\p{M}\\p{N} ._()+=@-]");
  private static final int LONGEST = 120;

  private final JobClient client;
  private final Path folder;
  private final Set<String> taken = new HashSet<>();

  Saving(JobClient client, Path folder) {
    this.client = client;
    this.folder = folder.normalize(); // else what stands before a .. would have to be there
  }

  /** Answers where each was saved; of several with one name it is the last. */
  List<Path> save(List<Tree> artifacts) {
    var last = new LinkedHashMap<String, Tree>();
    artifacts.forEach(artifact -> last.put(artifact.text("name"), artifact));
    var saved = new ArrayList<Path>();
    try {
      for (Tree artifact : last.values()) {
        Files.createDirectories(folder);
        saved.add(save(artifact));
      }
    } catch (IOException e) {
      throw Trouble.failed("A file could not be saved in %s: %s".formatted(folder, e), e);
    }
    return saved;
  }

  private Path save(Tree artifact) throws IOException {
    Path draft = Files.createTempFile(folder, ".", ".part");
    try (InputStream content = client.file(artifact.text("href"));
        var file = Files.newOutputStream(draft)) {
      long size = content.transferTo(file);
      if (size != artifact.number("size")) {
        throw new IOException(
            "%s came with %d of its %d bytes"
                .formatted(Plain.line(artifact.text("name")), size, artifact.number("size")));
      }
      return moved(draft, safe(artifact.text("name")));
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private Path moved(Path draft, String name) throws IOException {
    int dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length();
    for (int n = 1; ; n++) {
      String tried = n == 1 ? name : name.substring(0, dot) + "-" + n + name.substring(dot);
      if (taken.add(tried.toLowerCase(Locale.ROOT))) {
        try {
          return Files.move(draft, folder.resolve(tried));
        } catch (FileAlreadyExistsException e) {
          // the next number is free, or the one after it
        }
      }
    }
  }

  /** A name that is one, on every system. */
  static String safe(String name) {
    String base = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    String plain = UNSAFE.matcher(Plain.line(base)).replaceAll("_").strip();
    String seen = plain.replaceFirst("^[. -]+", "_").replaceFirst("[. ]+$", "");
    String ending = Excerpt.end(seen, LONGEST / 2);
    String fits = seen.length() <= LONGEST ? seen : Excerpt.beginning(seen, LONGEST / 2) + ending;
    return fits.isEmpty() ? "file" : fits;
  }
}
