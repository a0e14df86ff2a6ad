package dev.ooh.machine.substrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.Memory;
import dev.ooh.memory.MemoryAccessException;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.OutsideWrites;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever the guest can't access is refused in one way, by every method. */
class VirtualMemoryRefusalsTest {
  private static final long PAGE = PageSet.PAGE_SIZE;

  private AddressSpace space;
  private Memory memory;
  private Region region;

  @BeforeEach
  void open() {
    space =
        new VirtualSubstrate()
            .open(SpaceOptions.named("test").with("memory", "268435456").with("quantum", "1"));
    memory = space.memory();
    region = space.map(RegionRequest.anonymous("heap", 4 * PAGE));
  }

  @AfterEach
  void close() {
    space.close();
  }

  private void inside(Runnable body) throws Exception {
    Callable<Boolean> call =
        () -> {
          body.run();
          return true;
        };
    space.execution().run(call);
  }

  /** Each method, at an address. */
  private Map<String, LongConsumer> accesses() {
    Map<String, LongConsumer> accesses = new LinkedHashMap<>();
    accesses.put("getByte", memory::getByte);
    accesses.put("putByte", address -> memory.putByte(address, (byte) 1));
    accesses.put("getInt", memory::getInt);
    accesses.put("putInt", address -> memory.putInt(address, 1));
    accesses.put("getLong", memory::getLong);
    accesses.put("putLong", address -> memory.putLong(address, 1));
    accesses.put("read", address -> memory.read(address, new byte[8], 0, 8));
    accesses.put("write", address -> memory.write(address, new byte[8], 0, 8));
    accesses.put("fill", address -> memory.fill(address, 8, (byte) 1));
    accesses.put("copy from", address -> memory.copy(address, region.start(), 8));
    accesses.put("copy to", address -> memory.copy(region.start(), address, 8));
    return accesses;
  }

  private void assertAllRefuse(long address) {
    accesses()
        .forEach(
            (name, access) ->
                assertThatThrownBy(() -> access.accept(address))
                    .as("%s at 0x%x", name, address)
                    .isInstanceOf(MemoryAccessException.class));
  }

  @Test
  void addressesThatNothingIsMappedAtOrCanBe() throws Exception {
    long[] addresses = {
      0,
      region.end(),
      (1L << 40) + 8,
      (1L << 47) - 4,
      1L << 47,
      0x1234_5678_9ABC_DEF0L,
      Long.MAX_VALUE - 7,
      Long.MAX_VALUE,
      Long.MIN_VALUE,
      -(1L << 47) - 4,
      -8,
      -1
    };
    inside(
        () -> {
          for (long address : addresses) {
            assertAllRefuse(address);
          }
        });
  }

  @Test
  void anAccessAcrossTheEndOfARegionWritesNothing() throws Exception {
    inside(
        () -> {
          for (long address = region.start() - 7; address < region.start(); address++) {
            long at = address;
            refused(() -> memory.putLong(at, -1));
            if (at > region.start() - 4) {
              refused(() -> memory.putInt(at, -1));
              refused(() -> memory.getInt(at));
            }
            refused(() -> memory.getLong(at));
          }
          for (long address = region.end() - 7; address < region.end(); address++) {
            long at = address;
            refused(() -> memory.putLong(at, -1));
            if (at > region.end() - 4) {
              refused(() -> memory.putInt(at, -1));
              refused(() -> memory.getInt(at));
            }
            refused(() -> memory.getLong(at));
          }
          assertThat(memory.getLong(region.start())).isZero();
          assertThat(memory.getLong(region.end() - 8)).isZero();
        });
  }

  @Test
  void rangesThatAreNone() throws Exception {
    long start = region.start();
    byte[] bytes = new byte[8];
    inside(
        () -> {
          memory.putLong(start, 7);
          for (long length : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, -start}) {
            refused(() -> memory.fill(start, length, (byte) 1));
            refused(() -> memory.copy(start, start + 8, length));
            refused(() -> memory.copy(start + 8, start, length));
          }
          assertThat(memory.getLong(start)).isEqualTo(7);
          assertThatThrownBy(() -> memory.read(start, bytes, 0, -1))
              .isInstanceOf(IndexOutOfBoundsException.class);
          assertThatThrownBy(() -> memory.write(start, bytes, 1, 8))
              .isInstanceOf(IndexOutOfBoundsException.class);
          memory.fill(start, 0, (byte) 1);
          memory.copy(start, start + 8, 0);
          memory.read(start, bytes, 8, 0);
          memory.write(start, bytes, 8, 0);
        });
    OutsideWrites outside = space.facility(OutsideWrites.class).orElseThrow();
    assertThatThrownBy(() -> outside.write(start, bytes, 1, 8))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> outside.write(start, bytes, 0, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aThreadThatIsNotOfTheSpaceThoughTheTranslationIsCached() throws Exception {
    inside(() -> memory.putLong(region.start(), 7));
    assertAllRefuse(region.start());
    inside(() -> assertThat(memory.getLong(region.start())).isEqualTo(7));
    assertAllRefuse(region.start());
  }

  @Test
  void aThreadOfTheSpaceWhileItIsOutside() throws Exception {
    inside(
        () -> {
          memory.putLong(region.start(), 7);
          try {
            space
                .execution()
                .blocked(
                    () -> {
                      assertAllRefuse(region.start());
                      return true;
                    });
          } catch (Exception e) {
            throw new AssertionError(e);
          }
          assertThat(memory.getLong(region.start())).isEqualTo(7);
        });
  }

  @Test
  void aThreadThatMissesWhileItsSpaceIsClosed() throws Exception {
    Region large = space.map(RegionRequest.anonymous("large", 30_000 * PAGE));
    int[] touched = {0};
    TrackedThread[] reader = new TrackedThread[1];
    inside(
        () -> {
          reader[0] =
              space
                  .execution()
                  .spawn(
                      "reader",
                      () ->
                          large
                              .pages()
                              .forEachPage(
                                  page -> {
                                    memory.getLong(page);
                                    touched[0]++;
                                  }));
          while (touched[0] == 0) {
            space.execution().poll();
          }
          space.close();
          assertAllRefuse(region.start());
        });
    assertThatThrownBy(reader[0]::join)
        .hasCauseInstanceOf(MemoryAccessException.class)
        .hasMessageContaining("closed");
  }

  private static void refused(ThrowingCallable access) {
    assertThatThrownBy(access).isInstanceOf(MemoryAccessException.class);
  }
}
