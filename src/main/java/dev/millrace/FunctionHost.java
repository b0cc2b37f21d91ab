package dev.millrace;

import com.microsoft.azure.functions.spi.inject.FunctionInstanceInjector;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the host of Azure Functions gets the functions from. It makes one of this, and asks it for
 * each call; it asks nobody before the first call, so that is when everything starts.
 */
public final class FunctionHost implements FunctionInstanceInjector, AutoCloseable {
  private @Nullable Assembly assembly;

  /**
   * @throws Misconfigured when a person has to mend something first
   */
  @Override
  public <T> T getInstance(Class<T> function) {
    return assembly().get(function);
  }

  private synchronized Assembly assembly() {
    if (assembly == null) {
      assembly = Assembly.inFunctions(Path.of(".env"));
      Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop"));
    }
    return assembly;
  }

  /** Lets what runs come to its next step. The host only ends the process. */
  @Override
  public synchronized void close() {
    if (assembly != null) {
      assembly.close();
      assembly = null;
    }
  }
}
