package dev.ooh.testing.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.tracking.facility.Fork;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TestSpaceTest extends AddressSpaceContract {
  private static final long PAGE = PageSet.PAGE_SIZE;

  @Override
  protected AddressSpace openSpace() {
    return new TestSpace();
  }

  @Test
  void doubtIsToldToAllButTheFaulty() {
    TestSpace space = new TestSpace();
    List<String> heard = new ArrayList<>();
    space.addListener(
        new AddressSpace.Listener() {
          @Override
          public void doubt(AddressSpace where, String reason) {
            throw new IllegalStateException("for the test");
          }
        });
    space.addListener(
        new AddressSpace.Listener() {
          @Override
          public void doubt(AddressSpace where, String reason) {
            heard.add(reason);
          }
        });
    space.doubt("overflow");
    assertThat(heard).containsExactly("overflow");
  }

  @Test
  void accessesCrossFromOneRegionIntoTheNext() {
    TestSpace space = new TestSpace();
    Region first = space.mapPages(1);
    space.map(RegionRequest.anonymous("next", PAGE).at(first.end()));
    long across = first.end() - 3;
    space.memory().putLong(across, 0x0102030405060708L);
    assertThat(space.memory().getLong(across)).isEqualTo(0x0102030405060708L);
    space.memory().putInt(first.end() - 2, 0x0A0B0C0D);
    assertThat(space.memory().getInt(first.end() - 2)).isEqualTo(0x0A0B0C0D);
    assertThat(space.memory().getByte(first.end())).isEqualTo((byte) 0x0B);
    assertThat(space.memory().takeWritten(PageSet.of(0, Long.MAX_VALUE)))
        .isEqualTo(PageSet.of(first.start(), first.end() + PAGE));
  }

  @Test
  void aStoreThatRunsPastTheEndStoresNothing() {
    TestSpace space = new TestSpace();
    Region region = space.mapPages(1);
    assertThatThrownBy(() -> space.memory().putLong(region.end() - 4, -1))
        .isInstanceOf(MemoryAccessException.class);
    assertThat(space.memory().getInt(region.end() - 4)).isZero();
  }

  @Test
  void listenersSeeStoresAndUnmappings() {
    TestSpace space = new TestSpace();
    Region region = space.mapPages(2);
    List<String> seen = new ArrayList<>();
    StoreListener listener =
        new StoreListener() {
          @Override
          public void stored(long address, long length) {
            seen.add("%d+%d".formatted(address - region.start(), length));
          }

          @Override
          public void gone(PageSet pages) {
            seen.add("gone " + pages.pageCount());
          }
        };
    space.memory().subscribe(listener);
    space.memory().putByte(region.start() + 1, (byte) 1);
    space.memory().putInt(region.start() + 4, 1);
    space.memory().putLong(region.start() + 8, 1);
    space.memory().fill(region.start() + PAGE, 16, (byte) 1);
    space.unmap(region);
    space.memory().unsubscribe(listener);
    assertThat(seen).containsExactly("1+1", "4+4", "8+8", "4096+16", "gone 2");
  }

  @Test
  void aForkedChildHasTheContentsAndGoesItsOwnWay() throws Exception {
    TestSpace space = new TestSpace();
    Region region = space.mapPages(1);
    space.memory().putInt(region.start(), 5);
    AddressSpace child = space.facility(Fork.class).orElseThrow().fork("child");
    child.memory().putInt(region.start(), 6);
    assertThat(space.memory().getInt(region.start())).isEqualTo(5);
    assertThat(child.regions()).containsExactly(region);
  }
}
