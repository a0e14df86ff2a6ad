package dev.ooh.benchmarks;

import dev.ooh.barrier.card.CardTable;
import dev.ooh.barrier.link.StoreLinks;
import dev.ooh.memory.PageSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * 8-byte stores to 64 MiB by the same class, unwoven and woven with write barriers. Switched on,
 * all of the memory is armed anew before each pass, so that each pass marks every card. {@link
 * BarrierComparison} measures the same in pairs, for machines that others use, too.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class BarrierBenchmark {
  private static final int CARD_BYTES = 4096;

  /** In what order addresses come. */
  public enum Order {
    RANDOM,
    SEQUENTIAL
  }

  @Param public Order order = Order.RANDOM;

  @Param({"false", "true"})
  public boolean on;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory = arena.allocate(StoreLoops.BYTES, 4096);
  private final PageSet all = PageSet.of(memory.address(), memory.address() + StoreLoops.BYTES);
  private final StoreLoops unwoven = LoopsLoader.load(false);
  private final StoreLoops woven = LoopsLoader.load(true);
  private CardTable cards = new CardTable(CARD_BYTES);

  @Setup(Level.Trial)
  public void switchOn() {
    if (on) {
      cards = StoreLinks.shared().users().open(this, CARD_BYTES);
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    StoreLinks.shared().users().close(this);
    arena.close();
  }

  @Benchmark
  @OperationsPerInvocation(StoreLoops.STORES)
  public long raw() {
    return order == Order.RANDOM ? unwoven.random(memory) : unwoven.sequential(memory);
  }

  @Benchmark
  @OperationsPerInvocation(StoreLoops.STORES)
  public long woven() {
    cards.arm(all);
    return order == Order.RANDOM ? woven.random(memory) : woven.sequential(memory);
  }
}
