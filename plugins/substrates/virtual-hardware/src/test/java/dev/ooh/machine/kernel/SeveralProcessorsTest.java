package dev.ooh.machine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.cpu.Processors;
import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.event.Event;
import dev.ooh.machine.event.EventCounts;
import dev.ooh.machine.extension.KernelContext;
import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One machine, three processors. */
@Timeout(300)
class SeveralProcessorsTest {
  private static final int PROCESSORS = 3;
  private static final long HEAP_PAGES = 2_000;

  private final Kernels guest = new Kernels(5, 8, PROCESSORS);
  private final Scheduler scheduler = guest.kernel.scheduler();
  private final Processors processors = guest.machine.processors();
  private final UserProcess process = guest.process("p", HEAP_PAGES);
  private final UserProcess another = guest.process("q", 16);

  @AfterEach
  void close() {
    guest.close();
  }

  // ---- Threads and processors -----------------------------------------------------------------

  @Test
  void threadsAreDealtOutInTurnAndStayWhereTheyAre() {
    List<Set<Integer>> seen = new ArrayList<>();
    inside(
        () -> {
          List<GuestThread> threads = new ArrayList<>();
          for (int t = 0; t < 5; t++) {
            Set<Integer> mine = new HashSet<>();
            seen.add(mine);
            threads.add(
                scheduler.spawn(
                    "t" + t,
                    process,
                    () -> {
                      for (int i = 0; i < 100; i++) {
                        mine.add(processors.executing().number());
                        scheduler.poll(false);
                      }
                    }));
          }
          threads.forEach(this::join);
        });
    int first = seen.getFirst().iterator().next();
    for (int t = 0; t < seen.size(); t++) {
      assertThat(seen.get(t)).containsExactly((first + t) % PROCESSORS);
    }
  }

  @Test
  void aSwitchFromOneProcessorToAnotherIsNoContextSwitchAndLoadsNothing() {
    inside(
        () -> {
          Runnable polls = () -> poll(200);
          GuestThread one = scheduler.spawn("one", process, polls);
          GuestThread two = scheduler.spawn("two", process, polls);
          poll(50); // until each has its processor
          EventCounts before = counts();
          poll(50);
          EventCounts counts = counts().minus(before);
          assertThat(one.isAlive() && two.isAlive()).isTrue();
          assertThat(counts.get(Event.POLL)).isGreaterThan(60);
          assertThat(counts.get(Event.CONTEXT_SWITCH)).isZero();
          assertThat(counts.get(Event.CR3_LOAD)).isZero();
          join(one);
          join(two);
        });
  }

  @Test
  void theSameSeedMakesTheSameSteps() {
    assertThat(race(1)).isEqualTo(race(1)).isNotEqualTo(race(2));
  }

  private static String race(long seed) {
    try (Kernels guest = new Kernels(seed, 8, PROCESSORS)) {
      UserProcess process = guest.process("p", 64);
      Scheduler scheduler = guest.kernel.scheduler();
      StringBuilder order = new StringBuilder();
      scheduler.run(
          process,
          () -> {
            List<GuestThread> threads = new ArrayList<>();
            for (int t = 0; t < 5; t++) {
              int number = t;
              threads.add(
                  scheduler.spawn(
                      "t" + t,
                      process,
                      () -> {
                        for (int i = 0; i < 64; i++) {
                          order.append(number);
                          guest.machine.vcpu().writeVirtual(Kernels.HEAP + i * Kernels.PAGE, 8, i);
                          scheduler.poll(false);
                        }
                      }));
            }
            for (int i = 0; i < 20; i++) {
              guest.kernel.softDirty().clear(process);
              scheduler.poll(false);
            }
            for (GuestThread thread : threads) {
              scheduler.join(thread);
            }
            return 0;
          });
      return order + " " + guest.machine.counters().counts();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  // ---- Cached translations --------------------------------------------------------------------

  @Test
  void eachProcessorCachesForItself() {
    inside(
        () -> {
          write(0);
          EventCounts before = counts();
          elsewhere(() -> write(0));
          // It walks, and finds all flags set.
          assertThat(counts().minus(before).get(Event.GUEST_PAGE_FAULT)).isZero();
          assertThat(process.translations().writable(Kernels.HEAP, 8)).isNotZero();
          assertThat(process.cachedBy).isEqualTo(0b111L & process.cachedBy);
          assertThat(Long.bitCount(process.cachedBy)).isEqualTo(2);
        });
  }

  /** Soft-dirty bits are cleared here; the page was stored to on another processor. */
  @Test
  void aStoreOnAnotherProcessorAfterItsPageWasProtectedFaults() {
    inside(
        () -> {
          Elsewhere other = new Elsewhere();
          other.run(() -> write(3));
          guest.kernel.softDirty().clear(process); // the other one may have it cached
          EventCounts before = counts();
          other.run(() -> write(3));
          assertThat(counts().minus(before).get(Event.PAGE_FAULT_IN_KERNEL)).isOne();
          assertThat(isSoftDirty(3)).isTrue();
          before = counts();
          guest.kernel.softDirty().clear(process);
          assertThat(counts().minus(before).get(Event.TLB_SHOOTDOWN_IPI)).isOne();
          assertThat(isSoftDirty(3)).isFalse();
          other.run(() -> write(3));
          assertThat(isSoftDirty(3)).isTrue();
          other.end();
        });
  }

  @Test
  void onlyProcessorsThatMayHaveItCachedAreInterrupted() {
    inside(
        () -> {
          Elsewhere other = new Elsewhere();
          other.run(() -> write(3));
          guest.kernel.softDirty().clear(process);
          EventCounts before = counts();
          write(4);
          guest.kernel.softDirty().clear(process);
          assertThat(counts().minus(before).get(Event.TLB_SHOOTDOWN_IPI))
              .as("the other one ran nothing since")
              .isZero();
          other.end();
        });
  }

  @Test
  void oneStayInTheKernelInterruptsOnce() {
    inside(
        () -> {
          Elsewhere other = new Elsewhere();
          other.run(() -> writeAll(0, 200));
          EventCounts counts = countsOf(() -> discard(0, 20));
          assertThat(counts.get(Event.TLB_SHOOTDOWN_IPI)).isOne();
          assertThat(counts.get(Event.INVLPG)).as("here and there").isEqualTo(2 * 20);
          assertThat(counts.get(Event.CR3_LOAD)).isZero();
          other.run(() -> writeAll(0, 200));
          counts = countsOf(() -> discard(0, 34));
          assertThat(counts.get(Event.TLB_SHOOTDOWN_IPI)).isOne();
          assertThat(counts.get(Event.INVLPG)).as("here").isEqualTo(34);
          assertThat(counts.get(Event.CR3_LOAD)).as("there").isOne();
          other.end();
        });
  }

  @Test
  void aPageThatWasUnmappedIsGoneOnEveryProcessor() {
    inside(
        () -> {
          Elsewhere other = new Elsewhere();
          other.run(() -> write(7));
          long gva = Kernels.HEAP + 7 * Kernels.PAGE;
          guest.kernel.mappings().unmap(process, gva, gva + Kernels.PAGE);
          other.run(() -> assertThatThrownBy(() -> read(7)).isInstanceOf(SegmentationFault.class));
          other.end();
        });
  }

  /** A copy on write replaces the frame, which another processor may have cached to read. */
  @Test
  void aPageCopiedOnWriteIsTheCopyOnEveryProcessor() {
    inside(
        () -> {
          Elsewhere other = new Elsewhere();
          write(0, 1);
          UserProcess child = guest.kernel.fork(process, "child");
          other.run(() -> assertThat(read(0)).isOne());
          write(0, 2);
          other.run(() -> assertThat(read(0)).isEqualTo(2));
          other.end();
          guest.kernel.exit(child);
        });
  }

  @Test
  void aProcessThatEndsIsOnNoProcessor() {
    GuestThread[] left = new GuestThread[PROCESSORS];
    inside(
        () -> {
          for (int i = 0; i < PROCESSORS; i++) {
            left[i] = scheduler.spawn("left" + i, another, () -> poll(1_000_000));
          }
          poll(100);
          assertThat(another.processors()).isGreaterThan(1);
          guest.kernel.exit(another);
          assertThat(another.processors()).isZero();
          for (GuestThread thread : left) {
            join(thread);
            assertThat(thread.failure()).hasMessageContaining("has ended");
          }
          write(0);
        });
  }

  // ---- Logs -----------------------------------------------------------------------------------

  @Test
  void eachProcessorLogsToAPageOfItsOwn() {
    Set<Long> pages = new HashSet<>();
    Set<Long> identifiers = new HashSet<>();
    for (Vcpu vcpu : processors.all()) {
      pages.add(vcpu.vmcs().read(VmcsField.PML_ADDRESS));
      identifiers.add(vcpu.vmcs().read(VmcsField.VIRTUAL_PROCESSOR_IDENTIFIER));
    }
    assertThat(pages).hasSize(PROCESSORS);
    assertThat(identifiers).hasSize(PROCESSORS);
    BitSet heard = new BitSet();
    inside(
        () -> {
          writeAll(0, 40);
          PageModificationLog log = armed(0, 40, heard);
          Elsewhere other = new Elsewhere();
          long here = index();
          writeAll(0, 10);
          assertThat(here - index()).isEqualTo(10);
          long[] there = new long[2];
          other.run(
              () -> {
                there[0] = index();
                writeAll(10, 40);
                there[1] = index();
              });
          assertThat(there[0] - there[1]).isEqualTo(30);
          assertThat(heard.isEmpty()).isTrue();
          EventCounts counts = countsOf(log::flush);
          assertThat(heard.cardinality()).isEqualTo(40);
          assertThat(counts.get(Event.VCPU_KICK)).isOne();
          assertThat(counts.get(Event.EXTERNAL_INTERRUPT_EXIT)).isOne();
          assertThat(countsOf(log::flush).get(Event.VCPU_KICK)).as("it ran nothing since").isZero();
          log.close();
          other.end();
        });
  }

  /** The EPT's mappings, too, are cached by each. */
  @Test
  void aPageArmedHereIsLoggedOnAnotherProcessorThatHadItCached() {
    BitSet heard = new BitSet();
    inside(
        () -> {
          Elsewhere other = new Elsewhere();
          other.run(() -> writeAll(0, 3));
          PageModificationLog log = armed(0, 3, heard);
          for (int round = 0; round < 3; round++) {
            other.run(() -> writeAll(0, 3));
            log.flush();
            assertThat(heard.cardinality()).as("round " + round).isEqualTo(3);
            heard.clear();
            rearm(log, 0, 3);
          }
          log.close();
          other.end();
        });
  }

  @Test
  void aLogThatIsFullEmptiesItselfAlone() {
    BitSet heard = new BitSet();
    inside(
        () -> {
          writeAll(0, HEAP_PAGES);
          PageModificationLog log = armed(0, HEAP_PAGES, heard);
          Elsewhere other = new Elsewhere();
          other.run(() -> writeAll(0, 100));
          EventCounts counts = countsOf(() -> writeAll(100, 700));
          assertThat(counts.get(Event.PML_FULL_EXIT)).isOne();
          assertThat(counts.get(Event.VCPU_KICK)).isZero();
          assertThat(heard.cardinality()).isEqualTo(512);
          log.flush();
          assertThat(heard.cardinality()).isEqualTo(700);
          log.close();
          other.end();
        });
  }

  // ---- Modules --------------------------------------------------------------------------------

  @Test
  void aModuleRunsItsPartOnEachProcessorThatItMeans() {
    Visitor visitor = new Visitor();
    List<Integer> visited = new ArrayList<>();
    inside(
        () -> {
          try (var loaded = guest.kernel.modules().load(process, Visitor.class, () -> visitor)) {
            assertThat(loaded.module()).isSameAs(visitor);
            KernelContext kernel = visitor.context;
            assertThat(kernel.processors()).isEqualTo(PROCESSORS);
            int here = kernel.processor();
            EventCounts counts =
                countsOf(
                    () -> kernel.onOthers(which -> true, () -> visited.add(kernel.processor())));
            assertThat(visited)
                .hasSize(PROCESSORS - 1)
                .doesNotContain(here)
                .doesNotHaveDuplicates();
            assertThat(counts.get(Event.FUNCTION_CALL_IPI)).isEqualTo(PROCESSORS - 1);
            assertThat(counts.get(Event.INTERRUPT)).isEqualTo(PROCESSORS - 1);
            assertThat(kernel.processor()).isEqualTo(here);
            kernel.onOthers(which -> false, () -> visited.add(-1));
            assertThat(visited).doesNotContain(-1);
          }
        });
  }

  @Test
  void anInterruptIsTakenByTheProcessorThatItIsFor() {
    Visitor visitor = new Visitor();
    inside(
        () -> {
          try (var loaded = guest.kernel.modules().load(process, Visitor.class, () -> visitor)) {
            assertThat(loaded.module()).isSameAs(visitor);
            Elsewhere other = new Elsewhere();
            int[] there = new int[1];
            other.run(
                () -> {
                  there[0] = processors.executing().number();
                  guest.machine.vcpu().selfIpi(visitor.line.vector());
                });
            guest.machine.vcpu().poll();
            assertThat(visitor.interrupted).isEmpty();
            other.run(() -> guest.machine.vcpu().poll());
            assertThat(visitor.interrupted).containsExactly(there[0]);
            other.end();
          }
        });
  }

  private static final class Visitor implements KernelModule {
    private final List<Integer> interrupted = new ArrayList<>();
    private KernelContext context;
    private KernelContext.InterruptLine line;

    @Override
    public void load(KernelContext kernel) {
      context = kernel;
      line = kernel.requestInterrupt(() -> interrupted.add(kernel.processor()));
    }

    @Override
    public void unload() {}
  }

  // ---- Fixtures -------------------------------------------------------------------------------

  /** A thread on another processor, which does what the first one asks while that waits. */
  private final class Elsewhere {
    private final GuestLock lock = new GuestLock(scheduler);
    private final GuestThread thread;
    private Runnable asked;
    private boolean ended;

    Elsewhere() {
      thread = scheduler.spawn("elsewhere", process, this::serve);
    }

    private void serve() {
      lock.lock();
      try {
        while (!ended) {
          if (asked == null) {
            lock.await();
          } else {
            asked.run();
            asked = null;
            lock.signalAll();
          }
        }
      } finally {
        asked = null;
        lock.signalAll();
        lock.unlock();
      }
    }

    void run(Runnable body) {
      int here = processors.executing().number();
      lock.lock();
      asked =
          () -> {
            assertThat(processors.executing().number()).isNotEqualTo(here);
            body.run();
          };
      lock.signalAll();
      while (asked != null) {
        lock.await();
      }
      lock.unlock();
      assertThat(processors.executing().number()).isEqualTo(here);
    }

    void end() {
      lock.lock();
      ended = true;
      lock.signalAll();
      lock.unlock();
      join(thread);
      assertThat(thread.failure()).isNull();
    }
  }

  private void elsewhere(Runnable body) {
    Elsewhere other = new Elsewhere();
    other.run(body);
    other.end();
  }

  private void inside(Runnable body) {
    try {
      scheduler.run(
          process,
          () -> {
            body.run();
            return true;
          });
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void join(GuestThread thread) {
    try {
      scheduler.join(thread);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void poll(int times) {
    for (int i = 0; i < times; i++) {
      scheduler.poll(false);
    }
  }

  private void write(long page) {
    write(page, page + 1);
  }

  /** As a program does: by what is cached, else by the processor. */
  private void write(long page, long value) {
    long gva = Kernels.HEAP + page * Kernels.PAGE;
    if (process.translations().writable(gva, 8) == 0) {
      guest.machine.vcpu().writeVirtual(gva, 8, value);
    } else {
      HostMemory.EVERYTHING.set(HostMemory.LONG, process.translations().writable(gva, 8), value);
    }
  }

  private void writeAll(long from, long to) {
    for (long page = from; page < to; page++) {
      write(page);
    }
  }

  private long read(long page) {
    long gva = Kernels.HEAP + page * Kernels.PAGE;
    long known = process.translations().readable(gva, 8);
    return known == 0
        ? guest.machine.vcpu().readVirtual(gva, 8)
        : HostMemory.EVERYTHING.get(HostMemory.LONG, known);
  }

  private void discard(long from, long to) {
    guest
        .kernel
        .mappings()
        .discard(process, Kernels.HEAP + from * Kernels.PAGE, Kernels.HEAP + to * Kernels.PAGE);
  }

  private boolean isSoftDirty(long page) {
    boolean[] dirty = {false};
    long gva = Kernels.HEAP + page * Kernels.PAGE;
    guest
        .kernel
        .softDirty()
        .readPagemap(
            process,
            gva,
            gva + Kernels.PAGE,
            (at, entry) -> dirty[0] = PagemapEntry.isSoftDirty(entry));
    return dirty[0];
  }

  private PageModificationLog armed(long from, long to, BitSet heard) {
    PageModificationLog log =
        guest
            .machine
            .pageModificationLogging()
            .open(
                gpa -> process.resolve(gpa, gva -> heard.set((int) ((gva - Kernels.HEAP) >> 12))));
    log.enable();
    rearm(log, from, to);
    heard.clear();
    return log;
  }

  private void rearm(PageModificationLog log, long from, long to) {
    long[] gpas = new long[(int) (to - from)];
    for (int i = 0; i < gpas.length; i++) {
      gpas[i] = process.translate(Kernels.HEAP + (from + i) * Kernels.PAGE);
    }
    log.rearm(gpas, gpas.length);
  }

  /** Where the processor that executes logs next. */
  private long index() {
    return processors.executing().vmcs().read(VmcsField.PML_INDEX);
  }

  private EventCounts counts() {
    return guest.machine.counters().counts();
  }

  private EventCounts countsOf(Runnable body) {
    EventCounts before = counts();
    body.run();
    return counts().minus(before);
  }
}
