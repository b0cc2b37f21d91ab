package dev.millrace.http.request;

import dev.millrace.job.Finding;
import dev.millrace.job.InputFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** What a file of a request may be called: it will lie under this name beside the code. */
final class FileNames {
  private static final int LONGEST = 255;
  private static final int MOST = 1000;

  private FileNames() {}

  static List<Finding> check(List<InputFile> files) {
    var findings = new ArrayList<Finding>();
    var seen = new HashSet<String>();
    if (files.size() > MOST) {
      return List.of(new Finding("/files", "must be at most " + MOST));
    }
    for (int i = 0; i < files.size(); i++) {
      String name = files.get(i).name();
      String at = "/files/" + i + "/name";
      if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
        findings.add(new Finding(at, "must take at most " + LONGEST + " bytes in UTF-8"));
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
}
