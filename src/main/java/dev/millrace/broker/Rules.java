package dev.millrace.broker;

import dev.millrace.broker.filter.Filter;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The rules of one subscription. A message that any of them matches is copied into it, once. */
public interface Rules {

  /**
   * A rule. It begins with one named {@code $Default} that matches everything, if none is declared.
   */
  record Rule(String name, Filter filter) {}

  /**
   * @return refused with {@code ALREADY_EXISTS}, {@code INVALID} (an expression that cannot be
   *     understood is refused before, by the constructor of {@link Filter.Sql})
   */
  CompletionStage<Void> add(Rule rule);

  /**
   * @return refused with {@code NOT_FOUND}
   */
  CompletionStage<Void> remove(String name);

  /** In the order in which they were added. */
  List<Rule> list(int skip, int top);
}
