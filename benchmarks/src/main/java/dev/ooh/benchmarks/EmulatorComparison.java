package dev.ooh.benchmarks;

import dev.ooh.benchmarks.BareGuest.MissingProgramException;
import dev.ooh.cli.Provenance;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Accesses a second: the loops of {@link StoreBenchmark}, 8-byte stores to 64 MiB behind page
 * tables, on the simulated machine, in QEMU's translator and in Bochs, beside raw memory and the
 * substrate {@code linux}. Prints a Markdown table, and what isn't installed.
 *
 * <p>{@code java --enable-native-access=ALL-UNNAMED -cp benchmarks.jar
 * dev.ooh.benchmarks.EmulatorComparison [PASSES]}
 */
final class EmulatorComparison {
  /** Until the compiler is done with it. */
  private static final int WARM_UP = 20;

  private final int passes;

  private EmulatorComparison(int passes) {
    this.passes = passes;
  }

  public static void main(String[] arguments) throws Exception {
    new EmulatorComparison(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9).run();
  }

  private void run() throws Exception {
    Provenance.of("benchmarks", "EmulatorComparison " + passes)
        .forEach((what, fact) -> System.out.printf("%s: %s%n", what, fact));
    System.out.printf("%n| millions of stores a second | random | sequential |%n|---|---|---|%n");
    inThisProcess();
    try {
      BareGuest guest = BareGuest.assemble();
      emulated("QEMU, TCG", guest::qemu);
      emulated("Bochs", guest::bochs);
    } catch (MissingProgramException e) {
      System.out.println("no emulator: " + e.getMessage());
    }
  }

  private void emulated(String name, Emulator emulator) throws Exception {
    try {
      System.out.println(emulator.measure(passes).row(name));
    } catch (MissingProgramException e) {
      System.out.printf("no %s: %s%n", name, e.getMessage());
    }
  }

  private interface Emulator {
    StorePasses measure(int passes) throws Exception;
  }

  /** Each in turn, so that every loop has met every implementation before anything is timed. */
  private void inThisProcess() throws Exception {
    try (Arena arena = Arena.ofShared();
        Loops linux = new InSpace(new LinuxSubstrate());
        Loops virtual = new InSpace(new VirtualSubstrate())) {
      List<Loops> all =
          List.of(new Raw(arena.allocate(StoreBenchmark.BYTES, 4096)), linux, virtual);
      for (int pass = 0; pass < WARM_UP; pass++) {
        for (Loops loops : all) {
          loops.random();
          loops.sequential();
        }
      }
      for (Loops loops : all) {
        StorePasses measured = new StorePasses();
        while (measured.isShortOf(passes)) {
          long begins = System.nanoTime();
          loops.random();
          long between = System.nanoTime();
          loops.sequential();
          measured.random(begins, between);
          measured.sequential(between, System.nanoTime());
        }
        System.out.println(measured.row(loops.toString()));
      }
    }
  }

  /** The two loops on some memory. */
  private interface Loops extends AutoCloseable {
    void random() throws Exception;

    void sequential() throws Exception;

    @Override
    default void close() {}
  }

  private record Raw(MemorySegment memory) implements Loops {
    @Override
    public void random() {
      StoreBenchmark.random(memory);
    }

    @Override
    public void sequential() {
      StoreBenchmark.sequential(memory);
    }

    @Override
    public String toString() {
      return "raw memory, in Java";
    }
  }

  private static final class InSpace implements Loops {
    private final AddressSpace space;
    private final Memory memory;
    private final long start;

    InSpace(Substrate substrate) {
      space = substrate.open(SpaceOptions.named("stores"));
      memory = space.memory();
      start = space.map(RegionRequest.anonymous("stores", StoreBenchmark.BYTES)).start();
    }

    @Override
    public void random() throws Exception {
      space.execution().run(() -> StoreBenchmark.random(memory, start));
    }

    @Override
    public void sequential() throws Exception {
      space.execution().run(() -> StoreBenchmark.sequential(memory, start));
    }

    @Override
    public void close() {
      space.close();
    }

    @Override
    public String toString() {
      return "substrate `" + space.substrate() + "`";
    }
  }
}
