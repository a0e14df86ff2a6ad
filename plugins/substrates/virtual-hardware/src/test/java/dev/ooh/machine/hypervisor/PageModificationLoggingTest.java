package dev.ooh.machine.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.PageModificationLog;
import dev.ooh.machine.vmx.Controls;
import dev.ooh.machine.vmx.VmcsField;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PageModificationLoggingTest {
  private static final long PAGE = 4096;
  private static final long BASE = 4L << 20;

  private final VirtualMachine machine = new VirtualMachine(32L << 20);
  private final PageModificationLogging logging = machine.pageModificationLogging();
  private final TreeSet<Long> guest = new TreeSet<>();
  private final TreeSet<Long> host = new TreeSet<>();

  @AfterEach
  void close() {
    machine.close();
  }

  private void write(long page) {
    machine.vcpu().directMap().write(BASE + page * PAGE, page + 1);
  }

  private static long[] gpas(int from, int to) {
    long[] gpas = new long[to - from];
    for (int i = from; i < to; i++) {
      gpas[i - from] = BASE + i * PAGE;
    }
    return gpas;
  }

  private static void rearm(PageModificationLog log, int from, int to) {
    log.rearm(gpas(from, to), to - from);
  }

  private PageModificationLog open(TreeSet<Long> into) {
    return logging.open(gpa -> into.add((gpa - BASE) / PAGE));
  }

  private boolean hardwareIsOn() {
    return machine.vcpu().vmcs().hasBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML);
  }

  @Test
  void aWrittenPageIsReportedOnceUntilItIsArmedAgain() {
    PageModificationLog log = open(guest);
    log.enable();
    rearm(log, 0, 8);
    write(3);
    write(3);
    log.flush();
    assertThat(guest).containsExactly(3L);
    guest.clear();
    write(3);
    log.flush();
    assertThat(guest).isEmpty();
    rearm(log, 3, 4);
    write(3);
    log.flush();
    assertThat(guest).containsExactly(3L);
  }

  @Test
  void aFullLogExitsAndLosesNothing() {
    PageModificationLog log = open(guest);
    log.enable();
    rearm(log, 0, 2000);
    for (int i = 0; i < 2000; i++) {
      write(i);
    }
    log.flush();
    assertThat(guest).hasSize(2000);
    assertThat(machine.counters().get(Event.PML_FULL_EXIT)).isEqualTo(3);
  }

  @Test
  void armingSplitsALargeEntry() {
    write(0);
    PageModificationLog log = open(guest);
    log.enable();
    rearm(log, 0, 512);
    for (int i = 0; i < 512; i += 2) {
      write(i);
    }
    log.flush();
    assertThat(guest).hasSize(256).allMatch(page -> page % 2 == 0);
    for (int i = 0; i < 512; i += 2) {
      assertThat(machine.vcpu().directMap().read(BASE + i * PAGE)).isEqualTo(i + 1);
    }
  }

  @Test
  void hardwareLogsWhileAnyUserIsOn() {
    PageModificationLog one = open(guest);
    PageModificationLog two = open(host);
    assertThat(hardwareIsOn()).isFalse();
    one.enable();
    two.enable();
    one.disable();
    assertThat(hardwareIsOn()).isTrue();
    two.close();
    assertThat(hardwareIsOn()).isFalse();
    assertThatThrownBy(two::enable).hasMessageContaining("closed");
  }

  @Test
  void aPausedUserStillGetsItsArmedPagesThatAnotherHasLogged() {
    PageModificationLog spml = open(guest);
    PageModificationLog migration = open(host);
    spml.enable();
    rearm(spml, 0, 4);
    spml.disable();
    migration.enable();
    write(1);
    write(9);
    migration.flush();
    assertThat(guest).containsExactly(1L);
    assertThat(host).contains(1L);
    // The other re-arms what it got: this user is not armed any more, and off.
    guest.clear();
    rearm(migration, 1, 2);
    write(1);
    migration.flush();
    assertThat(guest).isEmpty();
  }

  @Test
  void reportsWhatWasWrittenWhileNobodyLogged() {
    PageModificationLog spml = open(guest);
    spml.enable();
    rearm(spml, 0, 8);
    spml.disable();
    write(2);
    write(5);
    write(12);
    assertThat(guest).isEmpty();
    spml.enable();
    assertThat(spml.reportUnlogged()).isEqualTo(2);
    assertThat(guest).containsExactly(2L, 5L);
    assertThat(spml.reportUnlogged()).isZero();
  }

  @Test
  void clearingAFlagForOneUserTellsAnotherWhoHasNotSeenTheWrite() {
    PageModificationLog spml = open(guest);
    spml.enable();
    rearm(spml, 0, 8);
    spml.disable();
    write(2);
    PageModificationLog migration = open(host);
    migration.enable();
    rearm(migration, 0, 8);
    assertThat(guest).containsExactly(2L);
  }

  @Test
  void rootModeWritesAreToldToUsersThatAreOn() {
    PageModificationLog log = open(guest);
    machine.writeGuest(BASE, 7);
    assertThat(guest).isEmpty();
    log.enable();
    machine.writeGuest(BASE + 8, 8);
    assertThat(guest).containsExactly(0L);
    assertThat(machine.readGuest(BASE + 8)).isEqualTo(8);
  }

  @Test
  void anIndexOutOfRangeIsAFullLog() {
    PageModificationLog log = open(guest);
    log.enable();
    for (long index : new long[] {512, 513, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF}) {
      rearm(log, 0, 8);
      write(3);
      guest.clear();
      machine.vcpu().vmcs().write(VmcsField.PML_INDEX, index);
      log.flush();
      assertThat(guest).as("index 0x%x", index).contains(3L);
      assertThat(machine.vcpu().vmcs().read(VmcsField.PML_INDEX)).isEqualTo(511);
    }
  }

  @Test
  void aReaderThatThrowsTakesNothingFromTheOthers() {
    PageModificationLog failing =
        logging.open(
            gpa -> {
              throw new IllegalStateException("no room");
            });
    PageModificationLog log = open(host);
    failing.enable();
    log.enable();
    rearm(log, 0, 2000);
    for (int i = 0; i < 1000; i++) {
      write(i);
    }
    log.flush();
    assertThat(host).hasSize(1000);
    assertThatThrownBy(failing::flush).hasMessageContaining("reader failed: no room");
    failing.flush();
    machine.writeGuest(BASE, 1);
    assertThatThrownBy(failing::disable).hasMessageContaining("reader failed: no room");
    assertThat(failing.isEnabled()).isFalse();
  }

  @Test
  void pagesOutsideOfMemoryAreRefusedBeforeAnythingIsDone() {
    PageModificationLog log = open(guest);
    log.enable();
    rearm(log, 0, 1);
    write(0);
    for (long gpa : new long[] {-1, Long.MIN_VALUE, 32L << 20, 1L << 48, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> log.rearm(new long[] {BASE, gpa}, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("GPA is 0x%x, wanted one below 0x2000000", gpa);
      assertThatThrownBy(() -> log.disarm(gpa)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(machine.ept().isDirty(BASE)).isTrue();
  }

  @Test
  void aMovedPageKeepsItsContentsAndItsFlag() {
    PageModificationLog log = open(guest);
    log.enable();
    rearm(log, 0, 2);
    write(0);
    long before = machine.translate(BASE);
    assertThat(machine.move(BASE)).isTrue();
    assertThat(machine.move(BASE + PAGE)).isTrue();
    assertThat(machine.translate(BASE)).isNotEqualTo(before);
    assertThat(machine.vcpu().directMap().read(BASE)).isEqualTo(1);
    write(0);
    write(1);
    log.flush();
    assertThat(guest).containsExactly(0L, 1L);
    try (var pinned = machine.pin(BASE)) {
      assertThat(machine.move(BASE)).isFalse();
    }
    assertThat(machine.move(BASE)).isTrue();
  }

  @Test
  void nothingIsLostInRandomSchedulesOfTwoUsers() {
    for (long seed = 0; seed < 200; seed++) {
      schedule(seed);
    }
  }

  /** What each user must hear of: a write to a page that it has armed, on or off. */
  private void schedule(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (VirtualMachine fresh = new VirtualMachine(32L << 20)) {
      User[] users = {new User(fresh), new User(fresh)};
      for (int step = 0; step < 400; step++) {
        User user = users[random.nextInt(2)];
        int page = random.nextInt(64);
        switch (random.nextInt(8)) {
          case 0 -> user.log.enable();
          case 1 -> user.log.disable();
          case 2 -> user.log.flush();
          case 3 -> {
            int to = page + 1 + random.nextInt(8);
            // What the log still holds was written before.
            user.log.flush();
            user.heard.clear(page, to);
            user.owed.clear(page, to);
            user.armed.set(page, to);
            rearm(user.log, page, to);
          }
          default -> {
            fresh.vcpu().directMap().write(BASE + page * PAGE, step);
            for (User each : users) {
              if (each.armed.get(page)) {
                each.owed.set(page);
              }
            }
          }
        }
      }
      for (User user : users) {
        user.log.reportUnlogged();
        user.owed.andNot(user.heard);
        assertThat(user.owed).as("unheard, seed %d", seed).isEqualTo(new BitSet());
      }
    }
  }

  private static final class User {
    final BitSet heard = new BitSet();
    final BitSet owed = new BitSet();
    final BitSet armed = new BitSet();
    final PageModificationLog log;

    User(VirtualMachine machine) {
      log = machine.pageModificationLogging().open(gpa -> heard.set((int) ((gpa - BASE) / PAGE)));
    }
  }
}
