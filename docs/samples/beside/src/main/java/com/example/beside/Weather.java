package com.example.beside;

import dev.millrace.job.ToolOutcome;
import dev.millrace.tool.RecordTool;
import dev.millrace.tool.ToolContext;
import dev.millrace.tool.schema.Description;
import jakarta.inject.Singleton;

/** A tool. Every agent may name it in its settings, as {@code tools: weather}. */
@Singleton
final class Weather implements RecordTool<Weather.At> {
  /** Its arguments. */
  public record At(@Description("the town") String town) {}

  @Override
  public String name() {
    return "weather";
  }

  @Override
  public String description() {
    return "Tells the weather of a town.";
  }

  @Override
  public Class<At> arguments() {
    return At.class;
  }

  @Override
  public ToolOutcome call(At at, ToolContext context) {
    return ToolOutcome.of("rain in " + at.town());
  }
}
