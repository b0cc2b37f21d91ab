package dev.millrace.job;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names for files whose names come from strangers: from a request, or from code. A name made here
 * is one segment of a path, means nothing to a shell, a browser or an operating system, and is
 * unlike every other one given, also on a disk that takes upper and lower case for the same.
 */
public final class FileNames {
  private static final int LONGEST = 120;
  private static final int LONGEST_SUFFIX = 16;

  /** Controls, what turns the direction of writing, what is invisible, halves of pairs. */
  private static final Pattern UNSEEN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

  private static final Pattern UNSAFE = Pattern.compile("[/\\\\:*?\"<>|%]+");
  private static final Pattern DEVICE =
      Pattern.compile("(?i)(con|prn|aux|nul|com\\d|lpt\\d)(\\..*)?");

  /** In bytes: what file systems take. */
  private static final int LONGEST_ASKED = 255;

  private static final int MOST = 1000;

  private final Set<String> given = new HashSet<>();

  /** What is wrong with the names that a request gives its files. */
  public static List<Finding> check(List<InputFile> files) {
    var findings = new ArrayList<Finding>();
    var seen = new HashSet<String>();
    if (files.size() > MOST) {
      return List.of(new Finding("/files", "must be at most " + MOST));
    }
    for (int i = 0; i < files.size(); i++) {
      String name = files.get(i).name();
      String at = "/files/" + i + "/name";
      if (name.isBlank()) {
        continue; // said by who has read it
      }
      if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_ASKED) {
        findings.add(new Finding(at, "must take at most " + LONGEST_ASKED + " bytes in UTF-8"));
      } else if (name.matches("\\.*") || name.matches("(?s).*[/\\\\\\p{Cntrl}\\p{Cf}].*")) {
        findings.add(
            new Finding(
                at, "must be the name of a file: no slash, no control character, not only dots"));
      } else if (!seen.add(name)) {
        findings.add(new Finding(at, "is used by an earlier file as well"));
      }
    }
    return findings;
  }

  /** Names as they were given before. */
  public static FileNames besides(Iterable<String> taken) {
    var names = new FileNames();
    taken.forEach(name -> names.given.add(folded(name)));
    return names;
  }

  /** A safe name like this one; numbered, if it was given before. */
  public String next(String wanted) {
    String safe = safe(wanted);
    int dot = suffix(safe);
    String stem = safe.substring(0, dot).replaceFirst("(?<=.)-1$", "");
    String name = safe;
    for (int n = 2; !given.add(folded(name)); n++) {
      name = stem + "-" + n + safe.substring(dot);
    }
    return name;
  }

  /** The safe name that is most like this one. */
  public static String safe(String wanted) {
    String name = Normalizer.normalize(wanted, Normalizer.Form.NFC);
    name = UNSEEN.matcher(name).replaceAll("_");
    name = UNSAFE.matcher(name).replaceAll("-").strip();
    name = name.replaceAll("^[.-]+", "").replaceAll("[. ]+$", "");
    if (name.isEmpty()) {
      return "file";
    }
    name = DEVICE.matcher(name).matches() ? "_" + name : name;
    return name.length() <= LONGEST ? name : shortened(name);
  }

  private static String shortened(String name) {
    String suffix = name.substring(suffix(name));
    int end = LONGEST - suffix.length();
    return name.substring(0, Character.isHighSurrogate(name.charAt(end - 1)) ? end - 1 : end)
        + suffix;
  }

  private static int suffix(String name) {
    int dot = name.lastIndexOf('.');
    return dot > 0 && name.length() - dot <= LONGEST_SUFFIX ? dot : name.length();
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
