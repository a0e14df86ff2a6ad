package dev.ooh.epml.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.vmx.VmcsField;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The processor's side alone, field by field. */
class GuestPmlTest {
  private static final long PAGE_GPA = 0x7000;
  private static final int VECTOR = 0x31;
  private static final int THRESHOLD = 63;

  private final Cpu cpu = new Cpu();
  private final GuestPml pml = new GuestPml();

  @BeforeEach
  void enable() {
    pml.attach(cpu);
    guestWrites(GuestPmlFields.NOTIFICATION, GuestPmlFields.notification(VECTOR, THRESHOLD));
    guestWrites(GuestPmlFields.INDEX, 511);
    guestWrites(GuestPmlFields.ADDRESS, GuestPmlFields.logTo(PAGE_GPA));
  }

  @Test
  void logsThePageOfTheAccessFromTheLastEntryDown() {
    pml.dirtyFlagSet(0x12_3456);
    pml.dirtyFlagSet(0x12_4FFF);
    assertThat(cpu.stored.get(cpu.base + PAGE_GPA + 8 * 511)).isEqualTo(0x12_3000);
    assertThat(cpu.stored.get(cpu.base + PAGE_GPA + 8 * 510)).isEqualTo(0x12_4000);
    assertThat(cpu.read(GuestPmlFields.INDEX)).isEqualTo(509);
  }

  @Test
  void keepsTheHostAddressOfThePageTheGuestNamed() {
    assertThat(cpu.read(GuestPmlFields.ADDRESS))
        .isEqualTo(GuestPmlFields.logTo(cpu.base + PAGE_GPA));
  }

  @Test
  void translatesAgainAfterTheEptChanged() {
    cpu.base = 0x20_0000_0000L;
    pml.eptInvalidated();
    pml.dirtyFlagSet(0x1000);
    assertThat(cpu.stored).containsOnlyKeys(cpu.base + PAGE_GPA + 8 * 511);
    pml.dirtyFlagSet(0x2000);
    assertThat(cpu.translations).isEqualTo(2);
  }

  @Test
  void aPageThatFaultsChangesNothing() {
    cpu.refused = 0x9000;
    assertThatThrownBy(() -> guestWrites(GuestPmlFields.ADDRESS, GuestPmlFields.logTo(cpu.refused)))
        .hasMessage("no memory");
    cpu.base = 0x20_0000_0000L;
    pml.eptInvalidated();
    pml.dirtyFlagSet(0x1000);
    assertThat(cpu.stored).containsOnlyKeys(cpu.base + PAGE_GPA + 8 * 511);
  }

  @Test
  void tellsTheGuestOnceAtTheThreshold() {
    for (int i = 0; i < 511 - THRESHOLD - 1; i++) {
      pml.dirtyFlagSet(0x1000L * i);
    }
    assertThat(cpu.interrupts).isEmpty();
    pml.dirtyFlagSet(0xABC_0000);
    assertThat(cpu.interrupts).containsExactly(VECTOR);
    for (int i = 0; i < THRESHOLD + 1; i++) {
      pml.dirtyFlagSet(0x1000L * i);
    }
    assertThat(cpu.interrupts).containsExactly(VECTOR);
    assertThat(cpu.read(GuestPmlFields.INDEX)).isEqualTo(0xFFFF);
    assertThat(cpu.read(GuestPmlFields.OVERFLOW)).isZero();
  }

  @Test
  void overflowSticksUntilTheGuestClearsIt() {
    for (int i = 0; i < 513; i++) {
      pml.dirtyFlagSet(0x1000L * i);
    }
    assertThat(cpu.stored).hasSize(512);
    assertThat(cpu.read(GuestPmlFields.OVERFLOW)).isEqualTo(1);
    guestWrites(GuestPmlFields.INDEX, 511);
    pml.dirtyFlagSet(0x1000);
    assertThat(cpu.read(GuestPmlFields.OVERFLOW)).isEqualTo(1);
    assertThat(cpu.counted.get(Event.GUEST_PML_OVERFLOW)).isEqualTo(1);
  }

  @Test
  void logsNothingWhileDisabledOrWithoutFields() {
    cpu.fieldsThere = false;
    pml.dirtyFlagSet(0x1000);
    cpu.fieldsThere = true;
    guestWrites(GuestPmlFields.ADDRESS, 0);
    pml.dirtyFlagSet(0x1000);
    assertThat(cpu.stored).isEmpty();
  }

  @Test
  void thresholdIsAboveZero() {
    assertThatThrownBy(() -> GuestPmlFields.notification(VECTOR, 0))
        .hasMessage("guest PML threshold is 0, wanted 1 to 255");
  }

  private void guestWrites(VmcsField field, long value) {
    cpu.write(field, pml.guestWrites(field, value));
  }

  /** A processor that only remembers. */
  private static final class Cpu implements CpuContext {
    final Map<VmcsField, Long> fields = new HashMap<>();
    final Map<Long, Long> stored = new HashMap<>();
    final List<Integer> interrupts = new ArrayList<>();
    final Map<Event, Integer> counted = new HashMap<>();
    boolean fieldsThere = true;
    long base = 0x10_0000_0000L;
    int translations;
    long refused = -1;

    @Override
    public boolean hasFields() {
      return fieldsThere;
    }

    @Override
    public long read(VmcsField field) {
      return fields.getOrDefault(field, 0L);
    }

    @Override
    public void write(VmcsField field, long value) {
      fields.put(field, value & field.width().mask());
    }

    @Override
    public long control(VmcsField field) {
      throw new AssertionError("no part of guest PML");
    }

    @Override
    public long loadHostPhysical(long hpa) {
      throw new AssertionError("no part of guest PML");
    }

    @Override
    public long translateForWrite(long gpa) {
      if (gpa == refused) {
        throw new IllegalStateException("no memory");
      }
      translations++;
      return base + gpa;
    }

    @Override
    public void storeHostPhysical(long hpa, long value) {
      stored.put(hpa, value);
    }

    @Override
    public void selfIpi(int vector) {
      interrupts.add(vector);
    }

    @Override
    public void count(Event event) {
      counted.merge(event, 1, Integer::sum);
    }
  }
}
