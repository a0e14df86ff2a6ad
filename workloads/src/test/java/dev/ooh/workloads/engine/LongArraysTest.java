package dev.ooh.workloads.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link ReferenceArray} and {@link CellArray}, where numbers of 31 and 32 bits end, too. */
class LongArraysTest {
  private static final long MOST = (1L << 33) + 1;
  private static final int SHIFT = 13;
  private static final int CELL = 24;

  private final PlainHeap heap = new PlainHeap(64 << 20);

  /** Around each power of two, and where a wrong number would end up. */
  private static List<Long> indices() {
    List<Long> indices = new ArrayList<>(List.of(0L, 1L, 4095L, 4096L, 8191L, 8192L));
    for (int power = 30; power <= 33; power++) {
      for (long index = (1L << power) - 2; index <= (1L << power) + 2 && index < MOST; index++) {
        indices.add(index);
      }
    }
    return indices;
  }

  @Test
  void referencesAboveFourBillionAreTheirOwn() {
    ReferenceArray array = new ReferenceArray(heap, ReferenceArray.allocateDirectory(heap, MOST));
    for (long index : indices()) {
      array.reserve(index, index + 1);
      assertThat(array.get(index)).as("%d", index).isZero();
      array.set(index, index + 7);
    }
    for (long index : indices()) {
      assertThat(array.get(index)).as("%d", index).isEqualTo(index + 7);
    }
  }

  @Test
  void cellsAboveFourBillionAreTheirOwn() {
    CellArray array =
        new CellArray(heap, CellArray.allocateDirectory(heap, MOST, SHIFT), CELL, SHIFT);
    for (long index : indices()) {
      array.reserve(index, index + 1);
      for (int at = 0; at < CELL; at += Long.BYTES) {
        assertThat(heap.memory().getLong(array.address(index) + at)).as("%d", index).isZero();
        heap.memory().putLong(array.address(index) + at, index + 7);
      }
    }
    for (long index : indices()) {
      for (int at = 0; at < CELL; at += Long.BYTES) {
        assertThat(heap.memory().getLong(array.address(index) + at)).isEqualTo(index + 7);
      }
    }
  }

  @Test
  void clearsTheRangeAndNoMore() {
    CellArray array = new CellArray(heap, CellArray.allocateDirectory(heap, 100, 3), CELL, 3);
    array.reserve(0, 100);
    for (long first = 0; first < 20; first++) {
      for (long end = first; end <= 40; end += 5) {
        for (long index = 0; index < 100; index++) {
          heap.memory().fill(array.address(index), CELL, (byte) 1);
        }
        array.clear(first, end);
        for (long index = 0; index < 100; index++) {
          byte wanted = (byte) (index >= first && index < end ? 0 : 1);
          assertThat(heap.memory().getByte(array.address(index))).isEqualTo(wanted);
          assertThat(heap.memory().getByte(array.address(index) + CELL - 1)).isEqualTo(wanted);
        }
      }
    }
  }

  @Test
  void reservesOnceAndNotBeyondTheDirectory() {
    ReferenceArray array = new ReferenceArray(heap, ReferenceArray.allocateDirectory(heap, 5000));
    array.reserve(0, 5000);
    long used = heap.usedBytes();
    array.reserve(100, 5000);
    assertThat(heap.usedBytes()).isEqualTo(used);
    assertThatThrownBy(() -> array.reserve(8191, 8193))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> array.reserve(1L << 32, (1L << 32) + 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
