package dev.millrace.worker.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Listens for log lines that say a person must act: no weather is an excuse for one. */
final class FaultsOfOurs implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.millrace");
  private final Level usual = logger.getLevel();
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
            line ->
                line.getThreadName()
                    + ": "
                    + line.getFormattedMessage()
                    + " "
                    + ThrowableProxyUtil.asString(line.getThrowableProxy()))
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(usual);
  }
}
