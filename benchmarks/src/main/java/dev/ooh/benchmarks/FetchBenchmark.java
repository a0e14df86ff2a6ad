package dev.ooh.benchmarks;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A fetch of one gigabyte that also re-arms it, after a share of its pages was written, by the
 * product and by C. The samples' median is the figure: other work on a machine only adds to it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FetchBenchmark {
  @Param({"0", "1", "10", "100"})
  public int percent;

  @Param public Side side = Side.C;

  private @Nullable TrackedMemory memory;

  @Setup(Level.Trial)
  public void open() {
    memory = side.open(1024);
  }

  /** Not timed. */
  @Setup(Level.Invocation)
  public void dirty() {
    memory().dirty(percent);
  }

  @Benchmark
  public long fetch() {
    return memory().fetch();
  }

  @TearDown(Level.Trial)
  public void close() {
    memory().close();
  }

  private TrackedMemory memory() {
    if (memory == null) {
      throw new IllegalStateException("not set up");
    }
    return memory;
  }
}
