package dev.millrace.bus.pump;

import dev.millrace.bus.Delivery;
import dev.millrace.bus.servicebus.Held;
import dev.millrace.bus.servicebus.Wire;

/** A delivery in the pump's hands. */
final class Lease implements Delivery {
  private final Held held;
  private final Received message;
  private final Gate.Pass pass;

  Lease(String entity, Held held, Gate gate) {
    this.held = held;
    this.message = Wire.received(entity, held.message());
    this.pass = gate.pass(held::locked);
    held.whenLost(gate::look);
  }

  Held held() {
    return held;
  }

  Gate.Pass pass() {
    return pass;
  }

  @Override
  public Received message() {
    return message;
  }

  @Override
  public boolean renew() {
    return held.renew();
  }

  @Override
  public boolean locked() {
    return held.locked();
  }

  @Override
  public boolean alone() {
    return pass.alone();
  }

  @Override
  public boolean enter(Kind kind) {
    return pass.enter(kind);
  }
}
