package dev.ooh.tracking.core.internal;

import dev.ooh.memory.ExecutionContext;
import dev.ooh.tracking.core.Limits;
import dev.ooh.tracking.core.internal.Gate.Lease;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets callers of the core at the sessions of a space, one after another: through the {@link Gate},
 * with the writers stopped before if what the caller does there may need that.
 */
final class Turns {
  private final ExecutionContext execution;
  private final Limits limits;
  private final Gate gate;
  private final SpaceState state;
  private final SessionKeeper sessions;

  /** Held by who makes the tracking; runs no technique's code. */
  private final Lease beginning;

  /** Nobody has a turn before {@link #begin}. */
  Turns(
      ExecutionContext execution,
      Limits limits,
      Gate gate,
      SpaceState state,
      SessionKeeper sessions) {
    this.execution = execution;
    this.limits = limits;
    this.gate = gate;
    this.state = state;
    this.sessions = sessions;
    this.beginning = gate.enter(execution);
  }

  void begin() {
    leave(beginning);
  }

  /** For one call of the core. */
  WriterStop writers() {
    return new WriterStop(execution, limits.stopWriters());
  }

  /**
   * For a fetch. Waits for whoever has the turn; for one that {@linkplain Lease#isExposed may wait}
   * for a pause whose collector is this caller, with a limit.
   *
   * @param mayNeed whether the caller may need stopped writers
   */
  Lease enterToFetch(WriterStop writers, BooleanSupplier mayNeed) {
    long millis = limits.lease().toMillis();
    return enter(
        writers,
        mayNeed,
        () ->
            gate.enter(
                execution,
                limits.lease(),
                late -> {
                  if (late.isExposed()) {
                    state.fence(late, "a fetch", millis);
                  }
                }));
  }

  /**
   * For an operator, as {@link #enterOrFence(String)}.
   *
   * @param mayNeed whether the caller may need stopped writers
   */
  Lease enterOrFence(WriterStop writers, BooleanSupplier mayNeed, String what) {
    return enter(writers, mayNeed, () -> enterOrFence(what));
  }

  /**
   * Waits for whoever has the turn; one that takes too long is given up, and everything is doubted.
   *
   * @param what before which that one did not answer
   */
  Lease enterOrFence(String what) {
    long millis = limits.lease().toMillis();
    return gate.enter(
        execution,
        limits.lease(),
        late -> {
          if (late != beginning) {
            state.fence(late, what, millis);
          }
        });
  }

  /**
   * For who has a look: empty where another one takes too long, for nobody is fenced for that.
   *
   * @param mayNeed whether the caller may need stopped writers
   */
  Optional<Lease> tryEnter(WriterStop writers, BooleanSupplier mayNeed) {
    return tryEnter(writers, mayNeed, () -> gate.enter(execution, limits.lease()));
  }

  private Lease enter(WriterStop writers, BooleanSupplier mayNeed, Supplier<Lease> entrance) {
    return tryEnter(writers, mayNeed, () -> Optional.of(entrance.get())).orElseThrow();
  }

  private Optional<Lease> tryEnter(
      WriterStop writers, BooleanSupplier mayNeed, Supplier<Optional<Lease>> entrance) {
    while (true) {
      if (mayNeed.getAsBoolean()) {
        writers.tryStop();
      }
      Optional<Lease> lease = entrance.get();
      if (lease.isEmpty() || writers.isTried() || !mayNeed.getAsBoolean()) {
        return lease;
      }
      // It became so before this one's turn.
      leave(lease.get());
    }
  }

  /** False when the lease was fenced: what its holder still does concerns nobody else. */
  boolean holds(Lease lease) {
    return gate.holds(lease);
  }

  /** Ends a lease; closes what a fence left to its holder. */
  void leave(Lease lease) {
    state.leave(lease).ifPresent(sessions::close);
  }
}
