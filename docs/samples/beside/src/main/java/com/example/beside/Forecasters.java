package com.example.beside;

import dev.millrace.agent.Agent;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.util.List;

/** An agent. With a model that is set up, ask the bean {@code Models} for it by its name. */
@Factory
final class Forecasters {
  @Singleton
  Agent forecaster(Weather weather) {
    return new Agent("forecaster", new Rule(), "Tell the weather.", List.of(weather));
  }
}
