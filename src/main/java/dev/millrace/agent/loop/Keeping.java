package dev.millrace.agent.loop;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Artifact;
import dev.millrace.job.FileNames;
import dev.millrace.journal.Step;
import dev.millrace.tool.ToolContext;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The files that one call leaves. A call that was given up may still be adding some. */
final class Keeping implements ToolContext.Files {
  private final Artifacts artifacts;
  private final Folder folder;
  private final Map<String, String> known;
  private final int step;
  private final FileNames names;
  private final List<Artifact> made = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();

  /** Takes from the run what it needs: the log is read on while the call is under way. */
  Keeping(Run run, int step) {
    this.artifacts = run.house.artifacts();
    this.folder = run.folder();
    this.known = run.memory().known();
    this.step = step;
    this.names =
        FileNames.besides(
            run.state.steps().stream()
                .filter(Step.Tool.class::isInstance)
                .flatMap(done -> ((Step.Tool) done).artifacts().stream())
                .map(Artifact::name)
                .toList());
  }

  @Override
  public Optional<Artifact> keep(
      String name, String mediaType, @Nullable String path, InputStream content) {
    var kept = artifacts.keep(folder, content);
    if (path != null && kept.sha256().equals(known.get(path))) {
      return Optional.empty();
    }
    lock.lock();
    try {
      var artifact =
          new Artifact(
              names.next(name), mediaType, kept.size(), kept.sha256(), step, kept.blob(), path);
      made.add(artifact);
      return Optional.of(artifact);
    } finally {
      lock.unlock();
    }
  }

  List<Artifact> made() {
    lock.lock();
    try {
      return List.copyOf(made);
    } finally {
      lock.unlock();
    }
  }
}
