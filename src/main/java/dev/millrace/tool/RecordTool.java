package dev.millrace.tool;

import dev.millrace.job.ToolOutcome;
import dev.millrace.tool.schema.RecordReader;
import dev.millrace.tool.schema.RecordSchema;
import java.util.Map;

/**
 * A tool whose arguments are a record: its schema is made of the record's components, and a call
 * gets the record filled in.
 */
public interface RecordTool<A extends Record> extends Tool {
  /** The record of the arguments; {@code @Description} on a component says what it means. */
  Class<A> arguments();

  /** See {@link Tool#call}. */
  ToolOutcome call(A arguments, ToolContext context);

  @Override
  default Map<String, Object> schema() {
    return RecordSchema.of(arguments());
  }

  @Override
  default ToolOutcome call(Map<String, Object> arguments, ToolContext context) {
    A record;
    try {
      record = RecordReader.read(arguments(), arguments);
    } catch (IllegalArgumentException e) {
      return ToolOutcome.error("the arguments cannot be used: " + e.getMessage());
    }
    return call(record, context);
  }
}
