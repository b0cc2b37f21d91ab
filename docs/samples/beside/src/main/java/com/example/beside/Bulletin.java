package com.example.beside;

import io.micronaut.scheduling.annotation.Scheduled;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** What is known by now; a timer counts its editions. */
@Singleton
class Bulletin {
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AtomicInteger editions = new AtomicInteger();

  @Scheduled(fixedDelay = "1s")
  void publish() {
    editions.incrementAndGet();
  }

  void add(String line) {
    lines.add(line);
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  int editions() {
    return editions.get();
  }
}
