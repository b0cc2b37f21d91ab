package dev.millrace.intake;

import dev.millrace.storage.MemoryStorage;
import dev.millrace.storage.Storage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.BiPredicate;

/** The store of a process that stands still at one point, while others go on. */
final class Overtaken implements InvocationHandler {
  private final MemoryStorage storage;
  private final BiPredicate<String, Integer> point;
  private final Runnable meanwhile;
  private int touched;
  private boolean happened;

  private Overtaken(MemoryStorage storage, BiPredicate<String, Integer> point, Runnable meanwhile) {
    this.storage = storage;
    this.point = point;
    this.meanwhile = meanwhile;
  }

  /** Stands still before it first writes to a log. */
  static Storage whenWriting(MemoryStorage storage, Runnable meanwhile) {
    return of(new Overtaken(storage, (method, touched) -> method.equals("append"), meanwhile));
  }

  /** Stands still when it has touched the store so many times. */
  static Storage after(int times, MemoryStorage storage, Runnable meanwhile) {
    return of(new Overtaken(storage, (method, touched) -> touched == times, meanwhile));
  }

  private static Storage of(Overtaken overtaken) {
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, overtaken);
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("deleteAll")) { // name by name, as stores do
      var names = storage.names().stream().filter(name -> name.startsWith((String) arguments[0]));
      names.toList().forEach(name -> ((Storage) proxy).delete(name));
      return null;
    }
    if (!happened && point.test(method.getName(), touched++)) {
      happened = true;
      meanwhile.run();
    }
    try {
      return method.invoke(storage, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
