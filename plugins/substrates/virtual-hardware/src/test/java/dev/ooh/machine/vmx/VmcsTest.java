package dev.ooh.machine.vmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.machine.memory.HostMemory;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** VMCS, its fields and bitmaps: Intel SDM volume 3C, 25, and appendix B. */
class VmcsTest {
  private final HostMemory memory = new HostMemory(2 << 20);
  private final VmcsLayout layout = new VmcsLayout();

  @AfterEach
  void close() {
    memory.close();
  }

  @ParameterizedTest
  @CsvSource({
    "0812, BITS_16, GUEST_STATE, 9",
    "200E, BITS_64, CONTROL, 7",
    "201A, BITS_64, CONTROL, 13",
    "2400, BITS_64, EXIT_INFORMATION, 0",
    "2800, BITS_64, GUEST_STATE, 0",
    "401E, BITS_32, CONTROL, 15",
    "4402, BITS_32, EXIT_INFORMATION, 1",
    "6400, NATURAL, EXIT_INFORMATION, 0",
    "6802, NATURAL, GUEST_STATE, 1",
    "6C02, NATURAL, HOST_STATE, 1",
  })
  void encodingSaysWidthTypeAndIndex(
      String encoding, VmcsField.Width width, VmcsField.Type type, int index) {
    VmcsField field = layout.find(Integer.parseInt(encoding, 16));
    assertThat(field).isNotNull();
    assertThat(field.width()).isEqualTo(width);
    assertThat(field.type()).isEqualTo(type);
    assertThat(field.index()).isEqualTo(index);
    assertThat(field.isReadOnly()).isEqualTo(type == VmcsField.Type.EXIT_INFORMATION);
  }

  @Test
  void encodingsAreDistinctAndCheckedForReservedBits() {
    assertThat(VmcsField.standard().stream().collect(Collectors.toSet()))
        .hasSameSizeAs(VmcsField.standard());
    assertThatThrownBy(() -> new VmcsField(0x1000, "bad"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x1000");
    assertThatThrownBy(() -> new VmcsField(0x200F, "high half"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void valuesAreCutToTheWidthAndFieldsAreApart() {
    Vmcs vmcs = Vmcs.allocate(memory, layout, false);
    for (VmcsField field : VmcsField.standard()) {
      vmcs.write(field, -1);
    }
    for (VmcsField field : VmcsField.standard()) {
      assertThat(vmcs.read(field)).isEqualTo(field.width().mask());
      vmcs.write(field, field.encoding());
    }
    for (VmcsField field : VmcsField.standard()) {
      assertThat(vmcs.read(field)).as(field.toString()).isEqualTo(field.encoding());
    }
  }

  @Test
  void pageBeginsWithRevisionAndShadowIndicator() {
    Vmcs ordinary = Vmcs.allocate(memory, layout, false);
    Vmcs shadow = Vmcs.allocate(memory, layout, true);
    assertThat(memory.readLong(ordinary.address()) & 0xFFFF_FFFFL).isEqualTo(VmcsLayout.REVISION);
    assertThat(memory.readLong(shadow.address()) & 0xFFFF_FFFFL)
        .isEqualTo(1L << 31 | VmcsLayout.REVISION);
    assertThat(Vmcs.isValid(memory, shadow.address(), true)).isTrue();
    assertThat(Vmcs.isValid(memory, shadow.address(), false)).isFalse();
    assertThat(Vmcs.isValid(memory, shadow.address() + 8, true)).isFalse();
    assertThat(Vmcs.isValid(memory, memory.allocateFrame(), false)).isFalse();
    assertThat(Vmcs.isValid(memory, 1L << 45, false)).isFalse();
    assertThat(ordinary.read(VmcsField.VMCS_LINK_POINTER)).isEqualTo(-1);
  }

  @Test
  void addedFieldsStartAtZeroInEveryVmcs() {
    Vmcs vmcs = Vmcs.allocate(memory, layout, false);
    VmcsField added = new VmcsField(0x2FF0, "added");
    assertThatThrownBy(() -> vmcs.read(added))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("added");
    layout.add(added);
    layout.add(added);
    assertThat(vmcs.read(added)).isZero();
    vmcs.write(added, 5);
    assertThat(Vmcs.at(memory, layout, vmcs.address()).read(added)).isEqualTo(5);
    assertThat(layout.find(0x2FF0)).isEqualTo(added);
    assertThat(layout.fields()).hasSize(VmcsField.standard().size() + 1);
    assertThat(layout.find(0x2FF2)).isNull();
    assertThat(layout.find(-1)).isNull();
  }

  @Test
  void controlsHaveAVersion() {
    Vmcs vmcs = Vmcs.allocate(memory, layout, false);
    long before = vmcs.controlVersion();
    vmcs.write(VmcsField.PML_INDEX, 3);
    assertThat(vmcs.controlVersion()).isEqualTo(before);
    vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML | Controls.ENABLE_EPT, true);
    vmcs.setBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML, false);
    assertThat(vmcs.hasBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_EPT)).isTrue();
    assertThat(vmcs.hasBits(VmcsField.SECONDARY_CONTROLS, Controls.ENABLE_PML)).isFalse();
    assertThat(vmcs.controlVersion()).isGreaterThan(before);
  }

  @Test
  void bitmapStartsClosedAndHasABitForEachEncoding() {
    VmcsBitmap bitmap = VmcsBitmap.allocate(memory);
    assertThat(bitmap.exits(0)).isTrue();
    assertThat(bitmap.exits(0x7FFF)).isTrue();
    bitmap.allow(VmcsField.PML_ADDRESS, true);
    assertThat(bitmap.exits(0x200E)).isFalse();
    assertThat(bitmap.exits(0x200F)).isTrue();
    assertThat(bitmap.exits(0x200D)).isTrue();
    // Bit n is in byte n / 8: 200EH is bit 6 of byte 401H.
    assertThat(memory.readLong(bitmap.address() + 0x400) >>> 8 & 0xFF).isEqualTo(0xBF);
    bitmap.allow(VmcsField.PML_ADDRESS, false);
    assertThat(VmcsBitmap.at(memory, bitmap.address()).exits(0x200E)).isTrue();
    assertThat(bitmap.exits(0x1_200EL)).isTrue();
  }

  @Test
  void virtualApicRegistersAreWhereTheSdmHasThem() {
    VirtualApicPage apic = new VirtualApicPage(memory, memory.allocateFrame());
    long page = memory.allocateFrame();
    VirtualApicPage other = new VirtualApicPage(memory, page);
    other.request(0x51);
    assertThat(memory.readLong(page + 0x220)).isEqualTo(1L << 0x11);
    other.beginService(0x51);
    assertThat(memory.readLong(page + 0x220)).isZero();
    assertThat(memory.readLong(page + 0x120)).isEqualTo(1L << 0x11);
    assertThat(other.highestInService()).isEqualTo(0x51);
    other.endService(0x51);
    assertThat(other.highestInService()).isZero();
    apic.request(31);
    apic.request(255);
    assertThat(apic.highestRequested()).isEqualTo(255);
  }

  @Test
  void statusInWords() {
    assertThat(VmxStatus.SUCCEED).hasToString("VMsucceed");
    assertThat(VmxStatus.failValid(12)).hasToString("VMfailValid(12)");
    assertThat(VmxStatus.FAIL_INVALID.succeeded()).isFalse();
  }
}
