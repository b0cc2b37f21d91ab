package dev.millrace.agent.loop;

import dev.millrace.agent.PictureLimits;
import dev.millrace.artifact.Artifacts;
import dev.millrace.job.Artifact;
import dev.millrace.job.Unavailable;
import dev.millrace.model.LanguageModel.Picture;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The figures that a model is shown. They are passed on as they are; nobody here decodes one. */
final class Pictures {
  private static final Set<String> TYPES =
      Set.of("image/png", "image/jpeg", "image/gif", "image/webp");

  private final Artifacts artifacts;
  private final PictureLimits limits;
  private final Map<String, byte[]> read = new HashMap<>();

  Pictures(Artifacts artifacts, PictureLimits limits) {
    this.artifacts = artifacts;
    this.limits = limits;
  }

  /** A file, and the index of the message that tells of it. */
  record Image(int message, Artifact file) {}

  List<Picture> shown(List<Image> files) {
    List<Image> fit =
        files.stream()
            .filter(image -> TYPES.contains(image.file().mediaType()))
            .filter(image -> image.file().size() <= limits.largest())
            .toList();
    return fit.subList(Math.max(0, fit.size() - limits.most()), fit.size()).stream()
        .map(image -> new Picture(image.message(), image.file().mediaType(), bytes(image.file())))
        .toList();
  }

  private byte[] bytes(Artifact file) {
    return read.computeIfAbsent(file.sha256(), hash -> load(file));
  }

  private byte[] load(Artifact file) {
    try (InputStream bytes =
        artifacts
            .open(file, 0, limits.largest())
            .orElseThrow(() -> new Unavailable("a figure is missing: " + file.blob()))) {
      return bytes.readAllBytes();
    } catch (IOException e) {
      throw new Unavailable("a figure could not be read to its end", e);
    }
  }
}
