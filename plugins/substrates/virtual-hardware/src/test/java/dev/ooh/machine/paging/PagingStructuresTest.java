package dev.ooh.machine.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PagingStructuresTest {

  @Test
  void indicesTakeNineBitsALevel() {
    long gva = 1L << 39 | 2L << 30 | 3L << 21 | 4L << 12 | 5;
    for (int level = 4; level >= 1; level--) {
      assertThat(GuestPte.index(gva, level)).isEqualTo(5 - level);
      assertThat(EptEntry.index(gva, level)).isEqualTo(5 - level);
    }
    assertThat(GuestPte.index(-1, 4)).isEqualTo(511);
  }

  @Test
  void guestEntryKeepsFrameAndFlagsApart() {
    long entry = GuestPte.of(0x3FFF_FFFF_F000L, GuestPte.PRESENT | GuestPte.NO_EXECUTE);
    assertThat(GuestPte.frame(entry)).isEqualTo(0x3FFF_FFFF_F000L);
    assertThat(GuestPte.isPresent(entry)).isTrue();
    assertThat(GuestPte.isWritable(entry)).isFalse();
    assertThat(GuestPte.hasReservedBit(entry, 1)).isFalse();
    assertThatThrownBy(() -> GuestPte.of(0x1001, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x1001");
    assertThatThrownBy(() -> GuestPte.of(1L << 46, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void bitsAreWhereTheSdmAndLinuxHaveThem() {
    assertThat(GuestPte.ACCESSED).isEqualTo(0x20);
    assertThat(GuestPte.DIRTY).isEqualTo(0x40);
    assertThat(GuestPte.UFFD_WRITE_PROTECTED).isEqualTo(1L << 10);
    assertThat(GuestPte.SOFT_DIRTY).isEqualTo(1L << 11);
    assertThat(EptEntry.ACCESSED).isEqualTo(1L << 8);
    assertThat(EptEntry.DIRTY).isEqualTo(1L << 9);
  }

  @Test
  void eptEntriesSayWhatTheyMap() {
    long page = EptEntry.page(0x5000, EptEntry.READ);
    long large = EptEntry.largePage(0x20_0000, EptEntry.ALL_RIGHTS);
    long table = EptEntry.table(0x7000);
    assertThat(EptEntry.isLeaf(page, 1)).isTrue();
    assertThat(EptEntry.isLeaf(large, 2)).isTrue();
    assertThat(EptEntry.isLeaf(table, 2)).isFalse();
    assertThat(EptEntry.isPresent(0)).isFalse();
    for (int level : new int[] {4, 3, 2}) {
      assertThat(EptEntry.isMisconfigured(table, level)).isFalse();
    }
    assertThat(EptEntry.isMisconfigured(page, 1)).isFalse();
    assertThat(EptEntry.isMisconfigured(large, 2)).isFalse();
    assertThatThrownBy(() -> EptEntry.largePage(0x1000, EptEntry.READ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x200000");
  }

  @Test
  void eptpIsCheckedAsVmEntryDoes() {
    long eptp = Eptp.of(0x9000, true);
    assertThat(Eptp.isValid(eptp)).isTrue();
    assertThat(Eptp.root(eptp)).isEqualTo(0x9000);
    assertThat(Eptp.accessedDirty(eptp)).isTrue();
    assertThat(eptp & 0xFFF).isEqualTo(0x5E);
    assertThat(Eptp.accessedDirty(Eptp.of(0x9000, false))).isFalse();
    assertThat(Eptp.isValid(eptp | 1)).as("memory type 7").isFalse();
    assertThat(Eptp.isValid(eptp ^ 1 << 3)).as("walk length").isFalse();
    assertThat(Eptp.isValid(eptp | 1 << 8)).as("reserved").isFalse();
    assertThat(Eptp.isValid(eptp | 1L << 46)).as("beyond the width").isFalse();
  }
}
