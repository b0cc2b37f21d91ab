package dev.millrace.function;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.pump.Gate;

/**
 * A message in the hands of a host, which renews its lock and settles it. Nobody here can ask for
 * the lock, so a job is claimed soon or not at all.
 */
final class HostDelivery implements Delivery {
  private final Received message;
  private final Gate.Pass pass;
  private final Hold hold;

  HostDelivery(Received message, Gate.Pass pass, Hold hold) {
    this.message = message;
    this.pass = pass;
    this.hold = hold;
  }

  @Override
  public Received message() {
    return message;
  }

  @Override
  public boolean renew() {
    return hold.mayClaim();
  }

  /** The host renews it for longer than a function may take. */
  @Override
  public boolean locked() {
    return true;
  }

  @Override
  public boolean alone() {
    return pass.alone();
  }

  @Override
  public boolean enter(Kind kind) {
    return pass.enter(kind);
  }

  @Override
  public boolean recalled() {
    return hold.recalled();
  }
}
