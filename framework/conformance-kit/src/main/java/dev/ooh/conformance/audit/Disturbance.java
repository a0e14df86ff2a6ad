package dev.ooh.conformance.audit;

import java.util.SplittableRandom;

/**
 * What happens to memory, or to those who watch it, between fetches.
 *
 * @param name for messages
 * @param standstill whether writers must stand still meanwhile
 * @param action strikes once, in the consumers' thread
 */
public record Disturbance(String name, boolean standstill, Action action) {
  /** What to do. */
  public interface Action {
    void strike(SplittableRandom random) throws Exception;
  }

  /** Something that happens under the writers' hands. */
  public static Disturbance of(String name, Action action) {
    return new Disturbance(name, false, action);
  }

  /** Something that no writer may meet. */
  public static Disturbance atStandstill(String name, Action action) {
    return new Disturbance(name, true, action);
  }
}
