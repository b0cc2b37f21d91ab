package dev.millrace.function;

import com.microsoft.azure.functions.annotation.FunctionName;
import com.microsoft.azure.functions.annotation.TimerTrigger;
import dev.millrace.job.Unavailable;
import dev.millrace.worker.Sweeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sweeps every minute, in one place at a time: the host sees to both. */
public final class SweepFunction {
  private static final Logger log = LoggerFactory.getLogger(SweepFunction.class);

  private final Sweeper sweeper;

  public SweepFunction(Sweeper sweeper) {
    this.sweeper = sweeper;
  }

  /**
   * @param timer is not looked at
   */
  @FunctionName("sweep")
  public void run(@TimerTrigger(name = "timer", schedule = "0 * * * * *") String timer) {
    try {
      sweeper.sweep();
    } catch (Unavailable e) {
      log.atWarn().setCause(e).log("a sweep came to no end; the next one tries again");
    }
  }
}
