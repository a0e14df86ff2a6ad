package dev.ooh.conformance.broken;

import dev.ooh.conformance.CoreByHand;
import dev.ooh.tracking.TrackingControl;
import dev.ooh.tracking.TrackingTechnique;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;

/** A core with mistakes in its code. */
public final class MutantCore implements CoreByHand {
  private final TrackingControl core;

  private MutantCore(TrackingControl core) {
    this.core = core;
  }

  /**
   * @throws IllegalStateException if a mutation finds nothing to change
   */
  public static CoreByHand with(Mutation... mutations) {
    ClassLoader loader =
        new MutantLoader(
            MutantCore.class.getClassLoader(), List.of("dev.ooh.tracking.core."), mutations);
    try {
      for (Mutation mutation : mutations) {
        loader.loadClass(mutation.className());
      }
      Class<?> limits = loader.loadClass("dev.ooh.tracking.core.Limits");
      Object never =
          limits
              .getConstructor(Duration.class, Duration.class, Duration.class)
              .newInstance(CoreByHand.NEVER, CoreByHand.NEVER, CoreByHand.NEVER);
      return new MutantCore(
          (TrackingControl)
              loader
                  .loadClass("dev.ooh.tracking.core.TrackingCore")
                  .getConstructor(limits)
                  .newInstance(never));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("mutant core: " + e, e);
    }
  }

  @Override
  public TrackingControl control() {
    return core;
  }

  @Override
  public void add(TrackingTechnique technique) {
    call("add", technique);
  }

  @Override
  public void remove(TrackingTechnique technique) {
    call("remove", technique);
  }

  @Override
  public void close() {
    try {
      ((AutoCloseable) core).close();
    } catch (Exception e) {
      throw new IllegalStateException("mutant core: " + e, e);
    }
  }

  private void call(String method, TrackingTechnique technique) {
    try {
      core.getClass().getMethod(method, TrackingTechnique.class).invoke(core, technique);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("mutant core: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("mutant core: " + e, e);
    }
  }
}
