package dev.millrace.bus;

import dev.millrace.broker.Entity;
import dev.millrace.broker.Namespace;
import dev.millrace.broker.Queue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** A broker with somebody before its queues, who may hold up what they are asked for, or refuse. */
public final class Interposed implements Namespace {
  private final Namespace whole;
  private final Somebody somebody;

  public Interposed(Namespace whole, Somebody somebody) {
    this.whole = whole;
    this.somebody = somebody;
  }

  /** Who is asked first. */
  public interface Somebody {
    /**
     * @param command the name of the queue's method
     * @param queue does it, and returns what it returns
     */
    Object asked(String command, Callable<Object> queue) throws Exception;
  }

  @Override
  public Entity entity(String address) {
    Entity entity = whole.entity(address);
    return entity instanceof Queue queue ? before(queue) : entity;
  }

  private Queue before(Queue queue) {
    return (Queue)
        Proxy.newProxyInstance(
            Queue.class.getClassLoader(),
            new Class<?>[] {Queue.class},
            (proxy, method, arguments) ->
                somebody.asked(
                    method.getName(),
                    () -> {
                      try {
                        return method.invoke(queue, arguments);
                      } catch (InvocationTargetException e) {
                        throw e.getCause() instanceof RuntimeException fault ? fault : e;
                      }
                    }));
  }

  @Override
  public List<Entity> entities() {
    return whole.entities();
  }

  @Override
  public Optional<Instant> nextDeadline() {
    return whole.nextDeadline();
  }

  @Override
  public void passDeadlines() {
    whole.passDeadlines();
  }

  @Override
  public void close() {
    whole.close();
  }
}
