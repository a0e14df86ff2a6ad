package dev.ooh.machine.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.extension.PageModificationLog;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PreCopyMigrationTest {
  private static final long PAGE = 4096;
  private static final long BYTES = 32L << 20;

  private final VirtualMachine source = new VirtualMachine(BYTES);
  private final VirtualMachine destination = new VirtualMachine(BYTES);

  @AfterEach
  void close() {
    source.close();
    destination.close();
  }

  @Test
  void bringsOverWhatIsWrittenMeanwhile() {
    SplittableRandom random = new SplittableRandom(5);
    write(random, 3000);
    PreCopyMigration migration = new PreCopyMigration(source, destination);
    int first = migration.round().cardinality();
    write(random, 500);
    int second = migration.round().cardinality();
    assertThat(second).isLessThan(first).isPositive();
    write(random, 20);
    // Memory that nothing has backed before.
    source.vcpu().directMap().write(BYTES - PAGE, 99);
    PreCopyMigration.Result result = migration.finish();
    assertThat(result.rounds()).isEqualTo(3);
    assertThat(result.pagesInLastRound()).isBetween(2, 21);
    assertThat(destination.readGuest(BYTES - PAGE)).isEqualTo(99);
  }

  @Test
  void runsBesideAGuestsOwnUse() {
    TreeSet<Long> guest = new TreeSet<>();
    PageModificationLog spml = source.pageModificationLogging().open(guest::add);
    spml.enable();
    spml.rearm(new long[] {PAGE, 2 * PAGE, 3 * PAGE}, 3);
    PreCopyMigration migration = new PreCopyMigration(source, destination);
    migration.round();
    source.vcpu().directMap().write(PAGE, 1);
    spml.disable();
    source.vcpu().directMap().write(2 * PAGE, 2);
    migration.round();
    assertThat(guest).contains(PAGE, 2 * PAGE);
    spml.rearm(new long[] {PAGE}, 1);
    source.vcpu().directMap().write(PAGE, 3);
    migration.finish();
    assertThat(destination.readGuest(PAGE)).isEqualTo(3);
    assertThat(destination.readGuest(2 * PAGE)).isEqualTo(2);
  }

  @Test
  void noticesADifference() {
    source.vcpu().directMap().write(PAGE, 1);
    PreCopyMigration migration = new PreCopyMigration(source, destination);
    migration.round();
    destination.writeGuest(PAGE, 2);
    assertThatThrownBy(migration::finish).hasMessageContaining("GPA 0x1000 differs");
  }

  private void write(SplittableRandom random, int times) {
    for (int i = 0; i < times; i++) {
      source.vcpu().directMap().write(random.nextLong(BYTES / 16) * 8, random.nextLong());
    }
  }
}
