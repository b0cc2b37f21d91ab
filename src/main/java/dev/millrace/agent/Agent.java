package dev.millrace.agent;

import dev.millrace.model.LanguageModel;
import dev.millrace.tool.Tool;
import java.util.List;

/**
 * Somebody who can be asked.
 *
 * @param instructions what the model is told before anything else
 */
public record Agent(String name, LanguageModel model, String instructions, List<Tool> tools) {
  public Agent {
    tools = List.copyOf(tools);
  }
}
