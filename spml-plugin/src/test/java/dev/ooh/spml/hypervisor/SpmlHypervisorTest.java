package dev.ooh.spml.hypervisor;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.hostile.LogCallsContract;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.ring.HypervisorRingFile.Calls;
import dev.ooh.ring.RingBuffer;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SPML's hypercalls as a guest makes them that passes what it likes. */
class SpmlHypervisorTest extends LogCallsContract {
  /** How many logs are armed on each other's rings: each of their square takes a step. */
  private static final int LOGS = 100;

  private static final long RINGS = 8 << 20;
  private static final long RING_BYTES = 2 * 4096;
  private static final long SMALL_STACK = 256 << 10;

  @Override
  protected Calls calls() {
    return new Calls(
        "SPML",
        SpmlHypercalls.INIT,
        SpmlHypercalls.DEACTIVATE,
        SpmlHypercalls.REARM,
        SpmlHypercalls.DISARM);
  }

  @Override
  protected long[][] others() {
    return new long[][] {
      {SpmlHypercalls.ENABLE_LOGGING, 0},
      {SpmlHypercalls.DISABLE_LOGGING, 0},
      {SpmlHypercalls.REPORT_UNLOGGED, 0}
    };
  }

  @Override
  protected int mostLogs() {
    return SpmlHypervisor.MAX_LOGS;
  }

  @Override
  protected void load(HypervisorModules into) {
    into.load(SpmlHypervisor.class, SpmlHypervisor::new);
  }

  @Override
  protected void resume() {
    assertThat(call(SpmlHypercalls.ENABLE_LOGGING, 0, 0)).isZero();
  }

  @Override
  protected void collect() {
    assertThat(call(SpmlHypercalls.DISABLE_LOGGING, 0, 0)).isZero();
  }

  @Test
  void aRingFullOfNonsenseLosesTheMigrationNothing() {
    TreeSet<Long> migrated = new TreeSet<>();
    PageModificationLog migration = machine().pageModificationLogging().open(migrated::add);
    migration.enable();
    init();
    for (long word : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 512}) {
      for (long offset = 0; offset < 4096; offset += 8) {
        write(RING + offset, word);
      }
      migration.rearm(new long[] {PAGE}, 1);
      migrated.clear();
      arm();
      entriesAfterAWrite();
      migration.flush();
      assertThat(migrated).contains(PAGE);
    }
  }

  /** A log that writes to its ring writes to a page that the others have armed, and they do. */
  @Test
  @Timeout(value = 2, unit = MINUTES)
  void ringsThatAreArmedThemselvesLoseTheMigrationNothing() throws InterruptedException {
    long[] rings = LongStream.range(0, LOGS).map(log -> RINGS + log * RING_BYTES).toArray();
    long[] pages = LongStream.range(0, 100).map(page -> PAGE + page * 4096).toArray();
    TreeSet<Long> migrated = new TreeSet<>();
    PageModificationLog migration = machine().pageModificationLogging().open(migrated::add);
    migration.enable();
    for (int log = 0; log < LOGS; log++) {
      assertThat(callOn(log, SpmlHypercalls.INIT, rings[log], 512)).isZero();
    }
    for (int log = 0; log < LOGS; log++) {
      rearm(log, rings);
      rearm(log, pages);
      assertThat(callOn(log, SpmlHypercalls.ENABLE_LOGGING, 0, 0)).isZero();
    }
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread guest =
        new Thread(
            null,
            () -> {
              for (long page : pages) {
                write(page, 1);
              }
              for (int log = 0; log < LOGS; log++) {
                assertThat(callOn(log, SpmlHypercalls.DISABLE_LOGGING, 0, 0)).isZero();
              }
            },
            "guest",
            SMALL_STACK);
    guest.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
    guest.start();
    guest.join();
    assertThat(thrown).hasNullValue();
    assertThat(migrated).containsAll(LongStream.of(pages).boxed().toList());
    for (long ring : rings) {
      assertThat(machine().readGuest(ring + RingBuffer.HEAD_OFFSET))
          .as("entries of the ring at 0x%x", ring)
          .isGreaterThanOrEqualTo(pages.length);
    }
  }

  private void rearm(long log, long[] gpas) {
    for (int i = 0; i < gpas.length; i++) {
      write(LIST + 8L * i, gpas[i]);
    }
    assertThat(callOn(log, SpmlHypercalls.REARM, LIST, gpas.length)).isZero();
  }

  private long callOn(long log, long number, long b, long c) {
    return machine().vcpu().vmcall(number, log, b, c);
  }
}
