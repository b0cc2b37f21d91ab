package dev.millrace.agent.loop;

import dev.millrace.artifact.Artifacts;
import dev.millrace.artifact.Folder;
import dev.millrace.job.Artifact;
import dev.millrace.job.JobRef;
import dev.millrace.journal.JobState;
import dev.millrace.journal.Step;
import dev.millrace.session.Content;
import dev.millrace.session.Past;
import dev.millrace.tool.Workspace;
import dev.millrace.tool.python.RunPython;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What a code session holds, as the logs of the jobs tell it that have used it. */
final class Memory {
  private final String life;
  private final List<Left> earlier;
  private final JobRef job;
  private final JobState state;
  private final Artifacts artifacts;

  /**
   * @param life of the conversation; no session outlives it
   * @param earlier what the earlier turns have left, in their order
   */
  Memory(String life, List<Left> earlier, JobRef job, JobState state, Artifacts artifacts) {
    this.life = life;
    this.earlier = List.copyOf(earlier);
    this.job = job;
    this.state = state;
    this.artifacts = artifacts;
  }

  /** A file that one job has put there, or made there. */
  record Kept(String path, String sha256, Content content) {}

  /** What one job has left. */
  record Left(List<Kept> files, List<Past.Cell> cells) {
    static final Left NOTHING = new Left(List.of(), List.of());
  }

  /** What a job has left by now; its inputs only if they were put there. */
  static Left left(JobRef job, JobState state, Artifacts artifacts) {
    List<Step.Tool> calls =
        state.steps().stream()
            .filter(Step.Tool.class::isInstance)
            .map(Step.Tool.class::cast)
            .toList();
    var files = new ArrayList<Kept>();
    if (calls.stream().anyMatch(Memory::ranCode)) {
      files.addAll(inputs(job, state, artifacts));
    }
    calls.forEach(
        call -> call.artifacts().forEach(made -> kept(made, artifacts).ifPresent(files::add)));
    return new Left(files, calls.stream().flatMap(Memory::cell).toList());
  }

  private static List<Kept> inputs(JobRef job, JobState state, Artifacts artifacts) {
    var inputs = new ArrayList<Kept>();
    state
        .inputs()
        .forEach(
            (path, file) -> {
              String sha256 = String.valueOf(file.sha256());
              inputs.add(
                  new Kept(
                      path,
                      sha256,
                      () ->
                          present(
                              path, artifacts.open(Folder.of(job), sha256, 0, Long.MAX_VALUE))));
            });
    return inputs;
  }

  private static Optional<Kept> kept(Artifact made, Artifacts artifacts) {
    String path = made.path();
    return path == null
        ? Optional.empty()
        : Optional.of(
            new Kept(
                path, made.sha256(), () -> present(path, artifacts.open(made, 0, Long.MAX_VALUE))));
  }

  /** A file that went with its job is gone for good: the model is told, and nobody waits for it. */
  private static InputStream present(String path, Optional<InputStream> bytes) {
    return bytes.orElseThrow(() -> new IllegalArgumentException(path + " was deleted"));
  }

  /** Whether a call has run code in the session, and so was preceded by the job's files. */
  static boolean ranCode(Step.Tool step) {
    return step.executionId() != null && code(step).isPresent();
  }

  private static Optional<String> code(Step.Tool step) {
    return Optional.ofNullable(step.call()).flatMap(RunPython::code);
  }

  private static Stream<Past.Cell> cell(Step.Tool step) {
    String execution = step.executionId();
    return execution == null || step.outcome().error() != null
        ? Stream.empty()
        : code(step).stream().map(code -> new Past.Cell(execution, code, step.endedAt()));
  }

  private List<Left> all() {
    return Stream.concat(earlier.stream(), Stream.of(left(job, state, artifacts))).toList();
  }

  String life() {
    return life;
  }

  /** What the session is built again from, should it be lost. */
  Past past() {
    List<Left> all = all();
    return new Past(
        all.stream()
            .flatMap(left -> left.files().stream())
            .map(file -> new Past.File(file.path(), file.content()))
            .toList(),
        all.stream().flatMap(left -> left.cells().stream()).toList());
  }

  /** The SHA-256 of what was last known to lie under a path. */
  Map<String, String> known() {
    var known = new LinkedHashMap<String, String>();
    Stream.concat(
            Stream.concat(
                earlier.stream().flatMap(left -> left.files().stream()),
                inputs(job, state, artifacts).stream()),
            left(job, state, artifacts).files().stream())
        .forEach(file -> known.put(file.path(), file.sha256()));
    return known;
  }

  Workspace workspace(Run run) {
    List<Workspace.Input> inputs =
        inputs(job, state, artifacts).stream()
            .map(file -> new Workspace.Input(file.path(), file.content()))
            .toList();
    return new Workspace(inputs, run.ranCode(), known(), run.listing);
  }
}
