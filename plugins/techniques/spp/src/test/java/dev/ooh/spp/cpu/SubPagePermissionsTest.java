package dev.ooh.spp.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.CpuContext;
import dev.ooh.machine.extension.WriteVerdict;
import dev.ooh.machine.vmx.VmcsField;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The processor's side alone: Intel SDM volume 3C, 29.3.4. */
class SubPagePermissionsTest {
  private static final long ROOT = 0x10_0000;
  private static final long LEVEL_3 = 0x20_0000;
  private static final long LEVEL_2 = 0x30_0000;
  private static final long VECTORS = 0x3FFF_FFFF_F000L;
  private static final long PAGE = 0x0000_8040_2010_3000L & -4096;
  private static final long ENTRY = SppControls.EPT_SUB_PAGES | 5;
  private static final WriteVerdict ALLOWED = new WriteVerdict.Allowed();
  private static final WriteVerdict MISS = new WriteVerdict.Exit(66, 1 << 11);
  private static final WriteVerdict MISCONFIGURATION = new WriteVerdict.Exit(66, 0);

  private final Cpu cpu = new Cpu();
  private final SubPagePermissions permissions = new SubPagePermissions();

  @BeforeEach
  void tables() {
    permissions.attach(cpu);
    cpu.controls.put(VmcsField.SECONDARY_CONTROLS, 1L << 23);
    cpu.controls.put(SppControls.SPPT_POINTER, ROOT);
    cpu.memory.put(at(4), LEVEL_3 | 1);
    cpu.memory.put(at(3), LEVEL_2 | 1);
    cpu.memory.put(at(2), VECTORS | 1);
  }

  /** Where the entry of {@code level} for {@link #PAGE} is. */
  private static long at(int level) {
    long table =
        switch (level) {
          case 4 -> ROOT;
          case 3 -> LEVEL_3;
          case 2 -> LEVEL_2;
          default -> VECTORS;
        };
    return table + 8 * (PAGE >>> (3 + 9 * level) & 511);
  }

  private WriteVerdict write(long offset, int bytes) {
    return permissions.writesReadOnlyPage(ENTRY, PAGE + offset, bytes);
  }

  @Test
  void bit2iIsForTheIthSubPageOf128Bytes() {
    for (int i = 0; i < 32; i++) {
      cpu.memory.put(at(1), 1L << 2 * i);
      for (int other = 0; other < 32; other++) {
        assertThat(write(128L * other + 5, 8))
            .as("sub-page %d with bit %d", other, 2 * i)
            .isEqualTo(i == other ? ALLOWED : new WriteVerdict.Denied(PAGE + 128L * other + 5));
      }
    }
  }

  @Test
  void anAccessNeedsAllThatItTouches() {
    cpu.memory.put(at(1), 0b0101L);
    assertThat(write(0, 256)).isEqualTo(ALLOWED);
    assertThat(write(124, 8)).isEqualTo(ALLOWED);
    assertThat(write(252, 4)).isEqualTo(ALLOWED);
    assertThat(write(252, 5)).isEqualTo(new WriteVerdict.Denied(PAGE + 256));
    assertThat(write(0, 4096)).isEqualTo(new WriteVerdict.Denied(PAGE + 256));
    cpu.memory.put(at(1), 0x5555_5555_5555_5555L);
    assertThat(write(0, 4096)).isEqualTo(ALLOWED);
  }

  @Test
  void anInvalidEntryIsAMiss() {
    for (int level = 4; level >= 2; level--) {
      tables();
      cpu.memory.put(at(level), cpu.memory.get(at(level)) & ~1);
      assertThat(write(0, 8)).as("level " + level).isEqualTo(MISS);
    }
    tables();
    assertThat(write(0, 8)).as("an empty vector").isEqualTo(new WriteVerdict.Denied(PAGE));
  }

  @Test
  void aReservedBitIsAMisconfiguration() {
    for (int level = 4; level >= 2; level--) {
      for (int bit : new int[] {1, 11, 46, 52, 63}) {
        tables();
        cpu.memory.put(at(level), cpu.memory.get(at(level)) | 1L << bit);
        assertThat(write(0, 8)).as("level %d, bit %d", level, bit).isEqualTo(MISCONFIGURATION);
      }
    }
    tables();
    for (int bit = 1; bit < 64; bit += 2) {
      cpu.memory.put(at(1), 1L << bit | 1);
      assertThat(write(0, 8)).as("vector bit " + bit).isEqualTo(MISCONFIGURATION);
    }
  }

  @Test
  void pagesWithoutTheBitAreNone() {
    assertThat(permissions.writesReadOnlyPage(5, PAGE, 8)).isNull();
    cpu.controls.put(VmcsField.SECONDARY_CONTROLS, ~(1L << 23));
    assertThat(write(0, 8)).isNull();
    permissions.detach();
    assertThat(write(0, 8)).isNull();
  }

  @Test
  void aMaskBecomesTheVectorOfItsSubPages() {
    for (int mask : new int[] {0, 1, -1, 1 << 31, 0xF0F0_1234, 0x8000_0001}) {
      long vector = SpptEntry.vector(mask);
      for (int i = 0; i < 32; i++) {
        assertThat(vector >>> 2 * i & 3).as("0x%x, bit %d", mask, i).isEqualTo(mask >>> i & 1);
      }
    }
  }

  @Test
  void aBlockHasTheSubPagesAround() {
    assertThat(SubPages.block(0x1000 + 5 * 128 + 3, 128)).isEqualTo(1 << 5);
    assertThat(SubPages.block(0x1000 + 5 * 128 + 3, 512)).isEqualTo(0b1111 << 4);
    assertThat(SubPages.block(0x1FFF, 2048)).isEqualTo(0xFFFF_0000);
    assertThat(SubPages.block(0x1FFF, 4096)).isEqualTo(SubPages.ALL);
  }

  /** A processor that only has controls and memory. */
  private static final class Cpu implements CpuContext {
    final Map<VmcsField, Long> controls = new HashMap<>();
    final Map<Long, Long> memory = new HashMap<>();

    @Override
    public long control(VmcsField field) {
      return controls.getOrDefault(field, 0L);
    }

    @Override
    public long loadHostPhysical(long hpa) {
      return memory.getOrDefault(hpa, 0L);
    }

    @Override
    public boolean hasFields() {
      return false;
    }

    @Override
    public long read(VmcsField field) {
      throw new AssertionError("no field is the guest's");
    }

    @Override
    public void write(VmcsField field, long value) {
      throw new AssertionError("no field is the guest's");
    }

    @Override
    public long translateForWrite(long gpa) {
      throw new AssertionError("the table has HPAs");
    }

    @Override
    public void storeHostPhysical(long hpa, long value) {
      throw new AssertionError("the processor only reads the table");
    }

    @Override
    public void selfIpi(int vector) {
      throw new AssertionError("nobody is told");
    }

    @Override
    public void count(Event event) {
      throw new AssertionError("exits are counted by the machine");
    }
  }
}
