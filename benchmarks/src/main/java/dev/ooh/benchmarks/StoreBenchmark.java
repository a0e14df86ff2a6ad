package dev.ooh.benchmarks;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
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
 * 8-byte stores to 64 MiB: raw off-heap memory, and the two memory implementations through the
 * interface that programs use. Every implementation runs in each JVM before anything is timed, so
 * that the call site has seen both.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"})
public class StoreBenchmark {
  /** Of the memory. */
  static final long BYTES = 64L << 20;

  /** In a pass. */
  static final int STORES = (int) (BYTES / Long.BYTES);

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** In what order addresses come. */
  public enum Order {
    RANDOM,
    SEQUENTIAL
  }

  @Param public Order order = Order.RANDOM;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment raw = arena.allocate(BYTES, 4096);
  private final List<AddressSpace> spaces = new ArrayList<>();

  @Setup(Level.Trial)
  public void useEveryImplementation() throws Exception {
    for (Substrate substrate : ServiceLoader.load(Substrate.class)) {
      AddressSpace space = substrate.open(SpaceOptions.named("stores"));
      space.map(RegionRequest.anonymous("stores", BYTES));
      spaces.add(space);
    }
    for (int i = 0; i < 20; i++) {
      raw();
      virtual();
      linux();
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    spaces.forEach(AddressSpace::close);
    arena.close();
  }

  @Benchmark
  @OperationsPerInvocation(STORES)
  public long raw() {
    return order == Order.RANDOM ? random(raw) : sequential(raw);
  }

  @Benchmark
  @OperationsPerInvocation(STORES)
  public long virtual() throws Exception {
    return store("virtual");
  }

  @Benchmark
  @OperationsPerInvocation(STORES)
  public long linux() throws Exception {
    return store("linux");
  }

  private long store(String substrate) throws Exception {
    AddressSpace space =
        spaces.stream().filter(it -> it.substrate().equals(substrate)).findFirst().orElseThrow();
    Region region = space.regions().getFirst();
    Memory memory = space.memory();
    return space
        .execution()
        .run(
            () ->
                order == Order.RANDOM
                    ? random(memory, region.start())
                    : sequential(memory, region.start()));
  }

  static long random(MemorySegment memory) {
    long state = 1;
    for (int i = 0; i < STORES; i++) {
      state = next(state);
      memory.set(LONG, offset(state), i);
    }
    return state;
  }

  static long random(Memory memory, long base) {
    long state = 1;
    for (int i = 0; i < STORES; i++) {
      state = next(state);
      memory.putLong(base + offset(state), i);
    }
    return state;
  }

  static long sequential(MemorySegment memory) {
    for (int i = 0; i < STORES; i++) {
      memory.set(LONG, 8L * i, i);
    }
    return memory.get(LONG, 8);
  }

  static long sequential(Memory memory, long base) {
    for (int i = 0; i < STORES; i++) {
      memory.putLong(base + 8L * i, i);
    }
    return memory.getLong(base + 8);
  }

  /** Knuth's MMIX generator: cheap enough not to hide a store. */
  private static long next(long state) {
    return state * 6364136223846793005L + 1442695040888963407L;
  }

  private static long offset(long state) {
    return (state >>> 38) & (BYTES - 8);
  }
}
