package dev.millrace.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Shows what a job does while it does it. */
final class Screen {
  private static final int MOST_LINES = 40;

  private final PrintWriter out;
  private final Set<Long> heard = new HashSet<>();
  private final StringBuilder words = new StringBuilder();
  private long speaking;
  private long told;
  private boolean lineOpen;

  Screen(PrintWriter out) {
    this.out = out;
  }

  void show(Events.Event event) {
    Tree data = event.data();
    switch (event.type()) {
      case "step" -> step(data);
      case "text" -> words(data);
      case "output" -> output(data);
      default -> {
        // The end is told by the caller.
      }
    }
    out.flush();
  }

  /** Whether an answer was the last that was shown, word by word. */
  boolean saidLast(String answer) {
    return !answer.isEmpty() && words.toString().strip().equals(answer);
  }

  /** A sentence of our own. */
  void note(String sentence) {
    closeLine();
    out.println(sentence);
    out.flush();
  }

  /** What comes next begins on a line of its own. */
  void closeLine() {
    if (lineOpen) {
      out.println();
      out.flush();
      lineOpen = false;
    }
  }

  private void step(Tree step) {
    switch (step.text("type")) {
      case "model" -> thought(step);
      case "tool" -> {
        closeLine();
        outcome(step);
      }
      default -> {
        // a kind of step that a later version knows
      }
    }
  }

  private void thought(Tree step) {
    List<Tree> calls = step.list("toolCalls");
    String text = Plain.text(step.text("text")).strip();
    boolean begun = step.number("n") == speaking && !words.isEmpty();
    if (!begun) {
      words.setLength(0);
    }
    if (begun && text.startsWith(words.toString())) {
      say(text.substring(words.length())); // the last words may have been missed
    }
    closeLine();
    boolean last = calls.isEmpty(); // then it is the answer, which the caller prints
    if (!last && !text.isEmpty() && !(begun && saidLast(text))) {
      out.println(text);
    }
    told = step.number("n");
    for (Tree call : calls) {
      out.println("> " + Plain.line(call.text("name")));
      indented("    ", call.child("arguments").text("code"));
    }
  }

  private void outcome(Tree step) {
    if (!heard.contains(step.number("n"))) {
      indented("  | ", step.text("stdout"));
      indented("  | ", step.text("stderr"));
    }
    indented("  = ", step.text("result"));
    indented("  ! ", step.text("error"));
    indented("  * ", step.text("note"));
    for (Object file : names(step)) {
      out.println("  + " + Plain.line(String.valueOf(file)));
    }
  }

  private static List<?> names(Tree step) {
    return step.fields().get("artifacts") instanceof List<?> names ? names : List.of();
  }

  /** Of a model, while it speaks. */
  private void words(Tree piece) {
    long step = piece.number("step");
    if (step <= told) {
      return; // overtaken by the whole
    }
    if (step != speaking) {
      closeLine();
      words.setLength(0);
      speaking = step;
    }
    String delta = Plain.text(piece.text("delta"));
    say(words.isEmpty() ? delta.stripLeading() : delta);
  }

  private void say(String more) {
    if (!more.isEmpty()) {
      words.append(more);
      out.print(more);
      lineOpen = !more.endsWith("\n");
    }
  }

  private void output(Tree output) {
    heard.add(output.number("step"));
    for (String piece : Plain.text(output.text("delta")).splitWithDelimiters("\n", 0)) {
      if (piece.equals("\n")) {
        out.println(lineOpen ? "" : "  | ");
        lineOpen = false;
      } else if (!piece.isEmpty()) {
        out.print((lineOpen ? "" : "  | ") + piece);
        lineOpen = true;
      }
    }
  }

  private void indented(String margin, String foreign) {
    List<String> lines = Plain.text(foreign).stripTrailing().lines().toList();
    lines.stream().limit(MOST_LINES).forEach(line -> out.println(margin + line));
    if (lines.size() > MOST_LINES) {
      out.printf("%s… %d more lines%n", margin, lines.size() - MOST_LINES);
    }
  }
}
