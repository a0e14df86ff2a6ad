package dev.ooh.linux.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.linux.traps.Smaps;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.space.AddressSpaceContract;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinuxAddressSpaceTest extends AddressSpaceContract {
  private final AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("test"));

  @Override
  protected AddressSpace openSpace() {
    return new LinuxSubstrate().open(SpaceOptions.named("contract"));
  }

  @AfterEach
  void closeSpace() {
    space.close();
  }

  @Test
  void loadsWhatWasStored() {
    Region region = space.map(RegionRequest.anonymous("r", 10_000));
    assertThat(region.bytes()).isEqualTo(12_288);
    space.memory().putLong(region.start() + 4093, 0x0102030405060708L);
    assertThat(space.memory().getByte(region.start() + 4093)).isEqualTo((byte) 8);
    assertThat(space.memory().getInt(region.start() + 4097)).isEqualTo(0x01020304);
    byte[] text = "tracked".getBytes(StandardCharsets.UTF_8);
    space.memory().write(region.start(), text, 0, text.length);
    space.memory().copy(region.start(), region.start() + 3, text.length);
    byte[] back = new byte[10];
    space.memory().read(region.start(), back, 0, 10);
    assertThat(new String(back, StandardCharsets.UTF_8)).isEqualTo("tratracked");
  }

  /** The kernel would try every page of a terabyte. */
  @Test
  void coreDumpsLeaveOutWhatIsNoRegion() throws IOException {
    Region first = space.map(RegionRequest.anonymous("first", PageSet.PAGE_SIZE));
    Region second = space.map(RegionRequest.anonymous("second", PageSet.PAGE_SIZE));
    space.unmap(second);
    assertThat(Smaps.flags(first.start())).isNotEmpty().doesNotContain("dd");
    assertThat(Smaps.flags(second.start())).contains("dd");
    assertThat(Smaps.flags(second.start() + (1L << 30))).contains("dd");
  }

  @Test
  void accessOutsideEveryRegionThrows() {
    Region region = space.map(RegionRequest.anonymous("r", PageSet.PAGE_SIZE));
    space.unmap(region);
    for (long address : new long[] {0, region.start(), region.end() + 4096, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> space.memory().putLong(address, 1))
          .isInstanceOf(MemoryAccessException.class)
          .hasMessageContaining("0x%x".formatted(address));
      assertThatThrownBy(() -> space.memory().getByte(address))
          .isInstanceOf(MemoryAccessException.class);
    }
  }

  @Test
  void aListenerThatThrowsKeepsNothingOpen() throws Exception {
    AddressSpace other = new LinuxSubstrate().open(SpaceOptions.named("other"));
    Region region = other.map(RegionRequest.anonymous("r", PageSet.PAGE_SIZE));
    other.addListener(
        new AddressSpace.Listener() {
          @Override
          public void closing(AddressSpace space) {
            throw new OutOfMemoryError("for the test");
          }
        });
    assertThatThrownBy(other::close).isInstanceOf(OutOfMemoryError.class);
    assertThat(other.isOpen()).isFalse();
    assertThat(Files.readString(Path.of("/proc/self/maps")))
        .doesNotContain("%x-".formatted(region.start()));
  }

  @Test
  void accessAfterCloseThrows() {
    Region region = space.map(RegionRequest.anonymous("r", PageSet.PAGE_SIZE));
    space.close();
    assertThatThrownBy(() -> space.memory().getLong(region.start()))
        .isInstanceOf(MemoryAccessException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void mapsAtTheAskedAddressOrSaysWhatIsThere() {
    Region first = space.map(RegionRequest.anonymous("first", PageSet.PAGE_SIZE));
    space.memory().putLong(first.start(), 9);
    space.unmap(first);
    RegionRequest again = RegionRequest.anonymous("again", PageSet.PAGE_SIZE).at(first.start());
    Region second = space.map(again);
    assertThat(second.start()).isEqualTo(first.start());
    assertThat(space.memory().getLong(second.start())).isZero();
    assertThatThrownBy(() -> space.map(again))
        .isInstanceOf(MemoryAccessException.class)
        .hasMessageContaining("again")
        .hasMessageContaining("free addresses");
  }

  @Test
  void expectedWritesFindMemoryAndLeaveContents() throws Exception {
    Region region = space.map(RegionRequest.anonymous("r", 8 * PageSet.PAGE_SIZE));
    space.memory().putLong(region.start() + PageSet.PAGE_SIZE, 7);
    assertThat(isPresent(region.start())).isFalse();
    space.expectWrites(PageSet.of(region.start(), region.start() + 2 * PageSet.PAGE_SIZE));
    assertThat(isPresent(region.start())).isTrue();
    assertThat(isPresent(region.start() + 2 * PageSet.PAGE_SIZE)).isFalse();
    assertThat(space.memory().getLong(region.start())).isZero();
    assertThat(space.memory().getLong(region.start() + PageSet.PAGE_SIZE)).isEqualTo(7);
    // What can't be done is left to the stores, which say so.
    space.expectWrites(PageSet.of(region.end(), region.end() + PageSet.PAGE_SIZE));
  }

  /** Bit 63 of the page's entry (Documentation/admin-guide/mm/pagemap.rst). */
  private static boolean isPresent(long page) throws IOException {
    try (RandomAccessFile pagemap = new RandomAccessFile("/proc/self/pagemap", "r")) {
      pagemap.seek(page / PageSet.PAGE_SIZE * Long.BYTES);
      return Long.reverseBytes(pagemap.readLong()) < 0;
    }
  }

  @Test
  void discardedPagesReadAsZero() {
    Region region = space.map(RegionRequest.anonymous("r", 3 * PageSet.PAGE_SIZE));
    space.memory().fill(region.start(), region.bytes(), (byte) 5);
    space.discard(PageSet.of(region.start(), region.start() + PageSet.PAGE_SIZE));
    assertThat(space.memory().getByte(region.start())).isZero();
    assertThat(space.memory().getByte(region.start() + PageSet.PAGE_SIZE)).isEqualTo((byte) 5);
  }
}
