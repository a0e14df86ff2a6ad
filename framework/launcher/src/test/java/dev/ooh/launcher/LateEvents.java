package dev.ooh.launcher;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Holds the framework's events up until a command has run, as a busy machine may; for a moment
 * only, as no command runs before the events are told.
 */
public final class LateEvents implements BundleActivator {
  static final String COMMAND_RAN = "launcher.test.ran";
  static final String TOLD = "launcher.test.told";

  @Override
  public void start(BundleContext context) {
    context.addBundleListener(
        event -> {
          if (System.getProperty(TOLD) != null) {
            return; // the events of the end
          }
          long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
          while (!Boolean.getBoolean(COMMAND_RAN) && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
          }
          System.setProperty(TOLD, Boolean.getBoolean(COMMAND_RAN) ? "after" : "before");
        });
  }

  @Override
  public void stop(BundleContext context) {}
}
