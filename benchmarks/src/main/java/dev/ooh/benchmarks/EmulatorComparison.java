package dev.ooh.benchmarks;

import dev.ooh.benchmarks.BareGuest.MissingProgramException;
import dev.ooh.cli.Provenance;
import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.Region;
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
    Provenance.here("EmulatorComparison " + passes)
        .forEach((what, fact) -> System.out.printf("%s: %s%n", what, fact));
    System.out.printf("%n| millions of stores a second | random | sequential |%n|---|---|---|%n");
    System.out.println(raw().row("raw memory, in Java"));
    for (Substrate substrate : List.of(new LinuxSubstrate(), new VirtualSubstrate())) {
      System.out.println(in(substrate).row("substrate `" + substrate.name() + "`"));
    }
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

  private StorePasses raw() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(StoreBenchmark.BYTES, 4096);
      return repeated(
          () -> StoreBenchmark.random(memory), () -> StoreBenchmark.sequential(memory));
    }
  }

  private StorePasses in(Substrate substrate) throws Exception {
    try (AddressSpace space = substrate.open(SpaceOptions.named("stores"))) {
      Region region = space.map(RegionRequest.anonymous("stores", StoreBenchmark.BYTES));
      Memory memory = space.memory();
      return space
          .execution()
          .run(
              () ->
                  repeated(
                      () -> StoreBenchmark.random(memory, region.start()),
                      () -> StoreBenchmark.sequential(memory, region.start())));
    }
  }

  private StorePasses repeated(Runnable random, Runnable sequential) {
    StorePasses measured = new StorePasses();
    for (int pass = -WARM_UP; pass <= passes; pass++) {
      long begins = System.nanoTime();
      random.run();
      long between = System.nanoTime();
      sequential.run();
      long ends = System.nanoTime();
      if (pass >= 0) {
        measured.random(begins, between);
        measured.sequential(between, ends);
      }
    }
    return measured;
  }
}
