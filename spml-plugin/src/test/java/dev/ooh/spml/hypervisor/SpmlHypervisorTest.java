package dev.ooh.spml.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.hostile.LogCallsContract;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.ring.HypervisorRingFile.Calls;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** SPML's hypercalls as a guest makes them that passes what it likes. */
class SpmlHypervisorTest extends LogCallsContract {
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
}
