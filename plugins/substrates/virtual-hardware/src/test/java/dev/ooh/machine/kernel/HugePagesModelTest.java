package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random lives of processes with pages of both sizes against plain maps: contents, soft-dirty bits
 * and what userfaultfd reports cover what was stored, the reverse map is exact, and every frame
 * comes back. {@code ooh.first-seed} and {@code ooh.seeds} repeat some.
 */
class HugePagesModelTest {
  private static final long PAGE = Kernels.PAGE;
  private static final long HEAP = Kernels.HEAP;
  private static final long BLOCK = PageTables.BLOCK;
  private static final int PAGES = 4 * 512 + 100;

  @Test
  void agreesWithAModel() {
    run(3);
  }

  @Test
  @Tag("soak")
  void agreesWithAModelForThousandsOfSeeds() {
    run(5_000);
  }

  private static void run(int seeds) {
    long first = Long.getLong("ooh.first-seed", 1);
    for (long seed = first; seed < first + Integer.getInteger("ooh.seeds", seeds); seed++) {
      try (Kernels guest = new Kernels(seed, 64)) {
        int before = guest.kernel.frames.freeFrames();
        new Model(guest, seed).run(200);
        assertThat(guest.kernel.frames.freeFrames()).as("seed %d", seed).isEqualTo(before);
      }
    }
  }

  /** A process as it should be. */
  private static final class Expected {
    final TreeMap<Long, Long> contents = new TreeMap<>();
    final TreeSet<Long> stored = new TreeSet<>();

    /** Protected by the descriptor, and not stored to since. */
    final TreeSet<Long> armed = new TreeSet<>();

    final TreeSet<Long> faulted = new TreeSet<>();
    long base = HEAP;
  }

  private static final class Model {
    private final Kernels guest;
    private final GuestKernel kernel;
    private final long seed;
    private final SplittableRandom random;
    private final Map<UserProcess, Expected> model = new HashMap<>();
    private final Map<UserProcess, Userfault> descriptors = new HashMap<>();
    private final List<UserProcess> processes = new ArrayList<>();

    Model(Kernels guest, long seed) {
      this.guest = guest;
      this.kernel = guest.kernel;
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      UserProcess first = guest.process("first", PAGES);
      kernel.mappings().adviseHugePages(first, HEAP, HEAP + PAGES * PAGE);
      Expected expected = new Expected();
      born(first, expected);
      // So that there are pages of 2 MiB, whatever the seed says.
      for (long page = 0; page < PAGES; page += 512) {
        guest.store(first, page, page);
        stored(expected, page, page);
      }
    }

    private void born(UserProcess process, Expected expected) {
      processes.add(process);
      model.put(process, expected);
      descriptors.put(
          process, kernel.userfaultfd(process, Userfault.Mode.values()[random.nextInt(2)]));
    }

    void run(int steps) {
      for (int step = 0; step < steps; step++) {
        step(processes.get(random.nextInt(processes.size())), step);
        if (step % 10 == 0) {
          check("seed %d step %d".formatted(seed, step));
        }
      }
      EventCounts counts = kernel.counters().counts();
      assertThat(counts.get(Event.DEMAND_ZERO_HUGE_FAULT))
          .as("seed %d", seed)
          .isGreaterThanOrEqualTo(4);
      processes.forEach(kernel::exit);
    }

    private void step(UserProcess process, int step) {
      Expected mine = model.get(process);
      long first = random.nextInt(PAGES);
      long end = Math.min(PAGES, first + (random.nextBoolean() ? 1 : 1 + random.nextInt(40)));
      if (random.nextBoolean()) {
        first = first / 512 * 512;
        end = Math.min(PAGES, first + 512 * (1 + random.nextInt(2)));
      }
      long from = mine.base + first * PAGE;
      long to = mine.base + end * PAGE;
      switch (random.nextInt(20)) {
        case 0 -> fork(process, mine, step);
        case 1 -> {
          if (processes.size() > 1) {
            processes.remove(process);
            model.remove(process);
            kernel.exit(process);
          }
        }
        case 2 -> {
          kernel.mappings().unmap(process, from, to);
          kernel.mappings().map(process, "again", from, to - from, null);
          kernel.mappings().adviseHugePages(process, from, to);
          forget(mine, first, end);
          mine.armed.subSet(first, end).clear();
        }
        case 3, 4, 5 -> {
          kernel.mappings().discard(process, from, to);
          forget(mine, first, end);
          mine.armed.subSet(first, end).clear();
        }
        case 6 -> {
          kernel.entry().service(process, () -> kernel.softDirty().clear(process));
          mine.stored.clear();
        }
        case 7, 8 -> {
          Userfault userfault = descriptors.get(process);
          in(process, () -> userfault.register(from, to));
          in(process, () -> userfault.writeProtect(from, to));
          for (long page = first; page < end; page++) {
            mine.armed.add(page);
          }
        }
        case 9 -> move(process, mine);
        case 10 -> {
          byte[] bytes = {(byte) step, 1, 0, 0, 0, 0, 0, 0};
          long value = (step & 0xFF) + 256;
          kernel
              .entry()
              .step(kernel.idle(), () -> kernel.remoteAccess().write(process, from, bytes, 0, 8));
          stored(mine, first, value);
        }
        case 11 -> guest.inKernel(process, () -> kernel.memory.clearDirty(process, from));
        case 12, 13 ->
            assertThat(load(process, from))
                .as("seed %d step %d page %d", seed, step, first)
                .isEqualTo(mine.contents.getOrDefault(first, 0L));
        default -> {
          kernel
              .entry()
              .step(process, () -> guest.machine.vcpu().writeVirtual(from, 8, 1_000L + step));
          stored(mine, first, 1_000L + step);
        }
      }
    }

    private static void stored(Expected mine, long page, long value) {
      mine.contents.put(page, value);
      mine.stored.add(page);
      if (mine.armed.remove(page)) {
        mine.faulted.add(page);
      }
    }

    private static void forget(Expected mine, long first, long end) {
      mine.contents.subMap(first, end).clear();
      mine.stored.subSet(first, end).clear();
    }

    private void fork(UserProcess process, Expected mine, int step) {
      if (processes.size() < 4) {
        Expected childs = new Expected();
        childs.contents.putAll(mine.contents);
        childs.stored.addAll(mine.stored);
        childs.base = mine.base;
        born(kernel.fork(process, "child" + step), childs);
      }
    }

    /** To where blocks are blocks again, or to where they are not. */
    private void move(UserProcess process, Expected mine) {
      long to = HEAP + (1 + random.nextInt(4)) * 32 * BLOCK + random.nextInt(2) * 3 * PAGE;
      if (to / BLOCK == mine.base / BLOCK) {
        return;
      }
      checkMarks(process, mine, "seed %d, before a move".formatted(seed));
      kernel.mappings().move(process, mine.base, mine.base + PAGES * PAGE, to);
      mine.base = to;
      // Protection and descriptors stay behind; whatever has a frame counts as written.
      mine.armed.clear();
    }

    private void check(String where) {
      for (UserProcess process : processes) {
        Expected mine = model.get(process);
        mine.contents.forEach(
            (page, value) ->
                assertThat(load(process, mine.base + page * PAGE))
                    .as("%s page %d of %s", where, page, process)
                    .isEqualTo(value));
        checkMarks(process, mine, where);
        process.forEachMapped(
            0,
            1L << 40,
            (gva, gpa) -> {
              List<Long> found = new ArrayList<>(1);
              process.resolve(gpa, found::add);
              if (found.size() != 1 || found.getFirst() != gva) {
                throw new AssertionError("%s: 0x%x resolves to %s".formatted(where, gva, found));
              }
              int all = processes.stream().mapToInt(other -> other.resolve(gpa, at -> {})).sum();
              if (all != kernel.reverseMap.count(gpa)) {
                throw new AssertionError("%s: 0x%x has %d mappers".formatted(where, gpa, all));
              }
            });
      }
    }

    private void checkMarks(UserProcess process, Expected mine, String where) {
      TreeSet<Long> marked = new TreeSet<>();
      in(
          process,
          () ->
              kernel
                  .softDirty()
                  .readPagemap(
                      process,
                      mine.base,
                      mine.base + PAGES * PAGE,
                      (gva, entry) -> {
                        if (PagemapEntry.isSoftDirty(entry)) {
                          marked.add((gva - mine.base) / PAGE);
                        }
                      }));
      assertThat(marked).as(where).containsAll(mine.stored);
      TreeSet<Long> reported = new TreeSet<>();
      Userfault userfault = descriptors.get(process);
      in(process, () -> userfault.drain(gva -> reported.add((gva - mine.base) / PAGE)));
      assertThat(reported).as(where).isEqualTo(mine.faulted);
      mine.faulted.clear();
    }

    private long load(UserProcess process, long gva) {
      return kernel.entry().step(process, () -> guest.machine.vcpu().readVirtual(gva, 8));
    }

    private void in(UserProcess process, Runnable body) {
      kernel.entry().service(process, body);
    }
  }
}
