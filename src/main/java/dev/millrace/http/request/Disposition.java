package dev.millrace.http.request;

import java.nio.charset.StandardCharsets;

/** What a browser is to call a file, after RFC 6266, whatever somebody has called it. */
public final class Disposition {
  private static final String PLAIN = "!#$&+-.^_`|~";

  private Disposition() {}

  /** Never shown as a page of ours: always saved. */
  public static String attachment(String name) {
    String safe = fileName(name);
    String ascii = safe.replaceAll("[^ -~]|[\"\\\\%]", "_");
    return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded(safe);
  }

  /** The last part of a path, without what misleads people or file systems. */
  static String fileName(String name) {
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    String clean = last.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}:*?<>|]", "_").strip();
    return clean.matches("\\.*") ? "file" : clean;
  }

  /** Where a file lies in an archive: below it, whatever its name says. */
  public static String inArchive(String name) {
    var path = new StringBuilder();
    for (String segment : name.split("[/\\\\]", -1)) {
      if (!segment.matches("\\.*")) {
        path.append(path.isEmpty() ? "" : "/").append(fileName(segment));
      }
    }
    return path.isEmpty() ? "file" : path.toString();
  }

  private static String encoded(String name) {
    var text = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean letter = c < 128 && Character.isLetterOrDigit(c);
      text.append(
          letter || PLAIN.indexOf(c) >= 0 ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return text.toString();
  }
}
