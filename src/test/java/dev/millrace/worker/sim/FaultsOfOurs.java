package dev.millrace.worker.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Listens for log lines that say a person must act: no weather is an excuse for one. */
final class FaultsOfOurs implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.millrace");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  FaultsOfOurs() {
    logger.setLevel(Level.ERROR);
    logger.setAdditive(false);
    lines.start();
    logger.addAppender(lines);
  }

  List<String> seen() {
    return lines.list.stream()
        .map(
            e ->
                e.getFormattedMessage()
                    + " "
                    + (e.getThrowableProxy() == null
                        ? ""
                        : e.getThrowableProxy().getClassName()
                            + ": "
                            + e.getThrowableProxy().getMessage()
                            + " "
                            + java.util.Arrays.stream(
                                    e.getThrowableProxy().getStackTraceElementProxyArray())
                                .limit(4)
                                .toList()))
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
  }
}
