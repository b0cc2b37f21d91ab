package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogLinesTest {

  @Test
  void who_runs_a_single_command_reads_why_in_the_same_line() throws Exception {
    assertThat(line("brief", new IllegalStateException("the disk is full")))
        .contains("tried again", "the disk is full")
        .hasLineCount(1);
    assertThat(line("brief", null)).endsWith(System.lineSeparator()).hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "whole"})
  void whoever_keeps_a_server_reads_the_stack_as_well(String causes) throws Exception {
    assertThat(line(causes, new IllegalStateException("the disk is full")))
        .contains("the disk is full", "\tat dev.millrace.LogLinesTest");
  }

  private static String line(String causes, Throwable cause) throws Exception {
    var context = new LoggerContext();
    if (!causes.isEmpty()) {
      context.putProperty("millrace.causes", causes);
    }
    var configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(LogLinesTest.class.getResource("/logback.xml"));
    var console = (ConsoleAppender<ILoggingEvent>) context.getLogger("ROOT").getAppender("console");
    var logger = context.getLogger("dev.millrace.intake.Intake");
    var event = new LoggingEvent("x", logger, Level.WARN, "tried again", cause, null);
    return new String(console.getEncoder().encode(event), StandardCharsets.UTF_8);
  }
}
