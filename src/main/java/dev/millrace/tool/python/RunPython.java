package dev.millrace.tool.python;

import dev.millrace.job.ToolCall;
import dev.millrace.job.ToolOutcome;
import dev.millrace.session.CodeSession;
import dev.millrace.session.Execution;
import dev.millrace.session.SessionFile;
import dev.millrace.tool.RecordTool;
import dev.millrace.tool.ToolContext;
import dev.millrace.tool.Workspace;
import dev.millrace.tool.schema.Description;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Runs Python in the code session of a job.
 *
 * <p>What a cell costs in requests to the session, beside running it: one listing of the files
 * afterwards, and one download for each file that is new or changed. The first cell of a job takes
 * one upload for each input more, and one listing if there may be files already; whoever takes over
 * from another worker needs none before, and may download a file to find that it is known. Asking
 * whether the session was lost is the session's own affair.
 */
public final class RunPython implements RecordTool<RunPython.Arguments> {
  public static final String NAME = "run_python";

  /** The argument that holds the code. */
  static final String CODE = "code";

  private final PythonSettings settings;

  public RunPython(PythonSettings settings) {
    this.settings = settings;
  }

  /** The code that a call asks for; absent where there is none, and such a call runs nothing. */
  public static Optional<String> code(ToolCall call) {
    boolean runs =
        call.name().equals(NAME)
            && call.unreadable() == null
            && call.arguments().keySet().equals(Set.of(CODE));
    return runs && call.arguments().get(CODE) instanceof String code
        ? Optional.of(code)
        : Optional.empty();
  }

  /** What a model says to have code run. */
  public record Arguments(
      @Description(
              "Python code. The value of its last expression is answered, as in a notebook; figures"
                  + " are shown with plt.show().")
          String code) {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return """
    Runs Python in a session that keeps its variables, imports and files from one call to the \
    next. The user's files are in /mnt/data; what is saved there, and every figure, reaches the \
    user. pandas, numpy and matplotlib are installed; there is no network.\
    """;
  }

  @Override
  public Class<Arguments> arguments() {
    return Arguments.class;
  }

  @Override
  public ToolOutcome call(Arguments arguments, ToolContext context) {
    CodeSession session = context.session();
    var notes = new ArrayList<String>();
    Optional<List<SessionFile>> before = before(session, context.workspace(), notes);
    context.workspace().listing().set(Optional.empty()); // until it is known again
    Execution execution =
        session.run(context.executionId(), arguments.code(), settings.timeout(), context.output());
    return new Harvest(settings, context, notes)
        .of(execution, execution.rebuilt() == null ? before : Optional.empty());
  }

  @Override
  public Optional<ToolOutcome> find(ToolContext context) {
    return context
        .session()
        .find(context.executionId(), context.announced())
        .map(
            execution ->
                new Harvest(settings, context, new ArrayList<>()).of(execution, Optional.empty()));
  }

  /** Puts the job's files there, if they are not, and says what there is before the code runs. */
  private static Optional<List<SessionFile>> before(
      CodeSession session, Workspace workspace, List<String> notes) {
    Optional<List<SessionFile>> seen = workspace.listing().get();
    if (seen.isPresent() || workspace.staged()) {
      return seen;
    }
    for (Workspace.Input input : workspace.inputs()) {
      try {
        session.put(input.path(), input.content());
      } catch (IllegalArgumentException e) {
        notes.add(input.path() + " is not there: " + e.getMessage());
      }
    }
    return Optional.of(session.files().files());
  }
}
