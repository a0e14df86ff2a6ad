package dev.ooh.ring;

import dev.ooh.machine.extension.HypercallHandler;
import dev.ooh.machine.extension.HypervisorContext;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Hypercalls that concern one process's log. Whatever a guest passes, they do all of what they say
 * or, with {@link HypercallHandler#INVALID}, nothing.
 *
 * @param <L> a log
 */
public final class LogCalls<L> {
  private final HypervisorContext hypervisor;
  private final LongFunction<@Nullable L> logs;

  /**
   * @param logs finds the log of an id, any value; null where there is none
   */
  public LogCalls(HypervisorContext hypervisor, LongFunction<@Nullable L> logs) {
    this.hypervisor = hypervisor;
    this.logs = logs;
  }

  /** Does something to the log of {@code id}. */
  public long on(long id, Consumer<L> action) {
    L log = logs.apply(id);
    if (log == null) {
      return HypercallHandler.INVALID;
    }
    action.accept(log);
    return 0;
  }

  /**
   * Does something to the log of {@code id} with the GPAs of a {@link GpaList}.
   *
   * @param list its GPA, any value
   * @param count how many GPAs, any value
   */
  public long onList(long id, long list, long count, BiConsumer<L, long[]> action) {
    long[] gpas = GpaList.read(hypervisor, list, count);
    return gpas == null ? HypercallHandler.INVALID : on(id, log -> action.accept(log, gpas));
  }
}
