package dev.ooh.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.extension.HypervisorContext;
import dev.ooh.machine.extension.HypervisorModule;
import dev.ooh.machine.extension.MachineExtensions;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.substrate.VirtualSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.Memory;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.RegionRequest.Kind;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.Gathered;
import dev.ooh.tracking.TrackingSession;
import dev.ooh.tracking.facility.Fork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Situations in which a naive implementation loses a page. */
class ProcfsTrapsTest {
  private static final long PAGE = PageSet.PAGE_SIZE;

  private final ProcfsTechnique technique = new ProcfsTechnique();
  private AddressSpace space;

  @BeforeEach
  void open() {
    space = new VirtualSubstrate().open(SpaceOptions.named("traps"));
  }

  @AfterEach
  void close() {
    space.close();
  }

  @Test
  void switchesOfProcessesLoseNothing() throws Exception {
    PageSet all = map("region", 64);
    write(all);
    try (TrackingSession session = technique.open(space);
        AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child")) {
      write(all);
      writeTo(child, all);
      session.fetch(all, all);
      for (int step = 1; step <= 10; step++) {
        PageSet before = every(all, step + 1, 0);
        PageSet after = every(all, step + 2, 1);
        write(before);
        writeTo(child, all);
        write(after);
        writeTo(child, all);
        assertThat(session.fetch(all, all)).isEqualTo(Gathered.of(before.union(after)));
      }
    }
  }

  @Test
  void processesOfOneMachineAreTrackedSideBySide() throws Exception {
    PageSet all = map("region", 64);
    write(all);
    try (TrackingSession session = technique.open(space);
        AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child")) {
      write(all);
      writeTo(child, all);
      session.fetch(all, all);
      try (TrackingSession ofChild = technique.open(child)) {
        ofChild.fetch(all, all);
        for (int step = 1; step <= 5; step++) {
          write(every(all, step + 1, 0));
          writeTo(child, every(all, step + 2, 1));
          assertThat(session.fetch(all, all)).isEqualTo(Gathered.of(every(all, step + 1, 0)));
          assertThat(ofChild.fetch(all, all)).isEqualTo(Gathered.of(every(all, step + 2, 1)));
        }
      }
      // What they share stays while one of them is tracked.
      writeTo(child, all);
      write(every(all, 3, 0));
      assertThat(session.fetch(all, all)).isEqualTo(Gathered.of(every(all, 3, 0)));
    }
  }

  @Test
  void everyAddressOfAnAliasIsReported(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("shared"), new byte[(int) (8 * PAGE)]);
    PageSet one = map(file, "one", 8);
    PageSet other = map(file, "other", 8);
    PageSet both = one.union(other);
    write(one);
    write(other);
    try (TrackingSession session = technique.open(space)) {
      session.fetch(both, both);
      for (int pass = 0; pass < 3; pass++) {
        write(every(one, 2, 0));
        PageSet aliases = every(one, 2, 0).union(every(other, 2, 0));
        assertThat(session.fetch(both, both).pages().containsAll(aliases)).isTrue();
      }
    }
  }

  @Test
  void sharedMemoryWrittenByAnotherProcessIsReported(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("shared"), new byte[(int) (8 * PAGE)]);
    PageSet all = map(file, "shared", 8);
    write(all);
    try (TrackingSession session = technique.open(space);
        AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child")) {
      writeTo(child, all);
      session.fetch(all, all);
      for (int pass = 0; pass < 3; pass++) {
        writeTo(child, every(all, 3, 0));
        assertThat(session.fetch(all, all).pages().containsAll(every(all, 3, 0))).isTrue();
      }
    }
  }

  @Test
  void liveMigrationAtTheSameTimeTakesNothingAway() throws Exception {
    MachineExtensions machine = space.facility(MachineExtensions.class).orElseThrow();
    PageSet all = map("region", 700);
    write(all);
    try (TrackingSession session = technique.open(space);
        var loaded = machine.loadHypervisorModule(Migration.class, Migration::new)) {
      Migration migration = loaded.module();
      session.fetch(all, all);
      machine.atomically(() -> migration.start(64 << 20));
      for (int step = 1; step <= 5; step++) {
        PageSet first = every(all, step, 0);
        PageSet second = every(all, step + 3, 1);
        write(first);
        assertSent(machine, migration, first);
        write(second);
        assertThat(session.fetch(all, all)).isEqualTo(Gathered.of(first.union(second)));
        assertSent(machine, migration, second);
      }
    }
  }

  /** The migration's next round must hold all of {@code pages}. */
  private static void assertSent(MachineExtensions machine, Migration migration, PageSet pages) {
    PageSet.Builder missing = PageSet.builder();
    machine.atomically(
        () -> {
          BitSet sent = migration.round();
          pages.forEachPage(
              page -> {
                if (!sent.get((int) (machine.process().translate(page) >>> 12))) {
                  missing.addPage(page);
                }
              });
        });
    assertThat(missing.build()).isEqualTo(PageSet.empty());
  }

  @Test
  void aClosedSpaceIsNotTakenForAQuietOne() throws Exception {
    PageSet all = map("region", 4);
    TrackingSession session = technique.open(space);
    session.fetch(all, all);
    space.close();
    assertThatThrownBy(() -> session.fetch(all, all)).isInstanceOf(Exception.class);
    session.close();
  }

  private PageSet map(String name, int pages) {
    return space.map(RegionRequest.anonymous(name, pages * PAGE)).pages();
  }

  private PageSet map(Path file, String name, int pages) {
    Region region =
        space.map(
            new RegionRequest(
                name, pages * PAGE, Optional.empty(), Kind.FILE, Optional.of(file), false));
    return region.pages();
  }

  private void write(PageSet pages) throws Exception {
    writeTo(space, pages);
  }

  private static void writeTo(AddressSpace target, PageSet pages) throws Exception {
    Memory memory = target.memory();
    target
        .execution()
        .run(
            () -> {
              pages.forEachPage(page -> memory.putLong(page, memory.getLong(page) + 1));
              return true;
            });
  }

  /** Every {@code n}-th page of a single run, from the one at index {@code from} on. */
  private static PageSet every(PageSet pages, int n, int from) {
    PageSet.Builder builder = PageSet.builder();
    for (long page = pages.runStart(0) + from * PAGE; page < pages.runEnd(0); page += n * PAGE) {
      builder.addPage(page);
    }
    return builder.build();
  }

  /** Pre-copy's use of the log, beside the technique's. */
  private static final class Migration implements HypervisorModule {
    private final BitSet dirty = new BitSet();
    private @Nullable PageModificationLog log;

    @Override
    public void load(HypervisorContext hypervisor) {
      log = hypervisor.openPageModificationLog(gpa -> dirty.set((int) (gpa >>> 12)));
    }

    @Override
    public void unload() {}

    /** Arms all guest-physical memory below {@code bytes}, page tables and all. */
    void start(long bytes) {
      log.enable();
      long[] gpas = new long[(int) (bytes / PAGE)];
      Arrays.setAll(gpas, i -> i * PAGE);
      log.rearm(gpas, gpas.length);
    }

    /** What was written since the last round, by frame number; arms it again. */
    BitSet round() {
      log.flush();
      BitSet sent = (BitSet) dirty.clone();
      dirty.clear();
      long[] gpas = sent.stream().mapToLong(frame -> frame * PAGE).toArray();
      log.rearm(gpas, gpas.length);
      return sent;
    }
  }
}
