package dev.ooh.machine.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AddressTest {

  @Test
  void rejectsWhatTheProcessorCanNotHave() {
    assertThat(new GuestVirtualAddress(-1)).hasToString("GVA 0xffffffffffffffff");
    assertThatThrownBy(() -> new GuestVirtualAddress(1L << 47))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x800000000000");
    assertThat(new GuestPhysicalAddress((1L << 46) - 1).value()).isEqualTo(0x3FFF_FFFF_FFFFL);
    assertThatThrownBy(() -> new GuestPhysicalAddress(1L << 46))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new HostPhysicalAddress(-1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void orderIsThatOfTheAddressSpace() {
    assertThat(new GuestVirtualAddress(-4096)).isGreaterThan(new GuestVirtualAddress(4096));
    assertThat(new GuestPhysicalAddress(1)).isLessThan(new GuestPhysicalAddress(2));
    assertThat(new HostPhysicalAddress(2)).isGreaterThan(new HostPhysicalAddress(1));
  }

  @Test
  void pagesRound() {
    assertThat(PageSize.LARGE.floor(0x3F_FFFF)).isEqualTo(0x20_0000);
    assertThat(PageSize.SMALL.ceil(0x1001)).isEqualTo(0x2000);
    assertThat(PageSize.SMALL.ceil(0x1000)).isEqualTo(0x1000);
    assertThat(PageSize.SMALL.offset(0x1234)).isEqualTo(0x234);
    assertThat(PageSize.LARGE.isAligned(0x20_0000)).isTrue();
    assertThat(PageSize.LARGE.isAligned(0x20_1000)).isFalse();
  }
}
