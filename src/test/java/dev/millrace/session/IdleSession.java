package dev.millrace.session;

import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A session that nobody is meant to use, to be overridden where somebody does. */
public class IdleSession implements CodeSession {
  @Override
  public Optional<Instant> createdAt() {
    return Optional.empty();
  }

  @Override
  public Execution run(String executionId, String code, Duration limit, LiveOutput live) {
    throw new UnsupportedOperationException("this session runs nothing");
  }

  @Override
  public Optional<Execution> find(String executionId, Instant announced) {
    return Optional.empty();
  }

  @Override
  public void put(String path, Content content) {
    throw new UnsupportedOperationException("this session has no files");
  }

  @Override
  public Listing files() {
    throw new UnsupportedOperationException("this session has no files");
  }

  @Override
  public Optional<InputStream> open(String path) {
    throw new UnsupportedOperationException("this session has no files");
  }

  @Override
  public void release() {}
}
