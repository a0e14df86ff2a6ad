package dev.ooh.cli.micro;

import dev.ooh.tracking.TrackingException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * Repeats what will be measured until the JIT is done with it. Switching a technique on may throw
 * compiled code away, and its own code was never run before: measured at once, it would be the
 * interpreter that is measured. Bounded, since a program may never be compiled to the end.
 */
public final class WarmUp {
  /** Seconds that are enough on a machine that has little else to do. */
  static final String USUAL_SECONDS = "1.5";

  private static final double LEAST_MILLIS = 600;

  /** No compilation ended for so long; on a busy machine one of a hot loop takes most of it. */
  private static final double QUIET_MILLIS = 400;

  private final @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
  private final double mostMillis;

  /** A warm-up of the usual length. */
  public WarmUp() {
    this(Double.parseDouble(USUAL_SECONDS));
  }

  /** A warm-up that begins no pass after so many seconds, 0 or more; it begins one always. */
  WarmUp(double mostSeconds) {
    mostMillis = 1e3 * mostSeconds;
  }

  /** What is repeated. */
  public interface Pass {
    /**
     * Runs once.
     *
     * @param number 1 or more, different for each
     */
    void run(int number) throws TrackingException;
  }

  /**
   * Repeats {@code pass} for at least {@value #LEAST_MILLIS} ms, and on until nothing was compiled
   * for {@value #QUIET_MILLIS} ms, but no longer than was said.
   */
  public void repeat(Pass pass) throws TrackingException {
    double quietSince = 0;
    long compiled = compilerMillis();
    long start = System.nanoTime();
    for (int number = 1; ; number++) {
      pass.run(number);
      double passed = (System.nanoTime() - start) / 1e6;
      long now = compilerMillis();
      if (now != compiled) {
        compiled = now;
        quietSince = passed;
      }
      if (passed >= mostMillis || (passed >= LEAST_MILLIS && passed - quietSince >= QUIET_MILLIS)) {
        return;
      }
    }
  }

  private long compilerMillis() {
    return compiler != null && compiler.isCompilationTimeMonitoringSupported()
        ? compiler.getTotalCompilationTime()
        : 0;
  }
}
