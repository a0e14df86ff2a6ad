package dev.ooh.criu.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.criu.toy.ToySubstrate;
import dev.ooh.memory.ExecutionContext.TrackedThread;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.testing.space.TestSpace;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.HeapExhaustedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ArenaHeapTest {
  private final TestSpace space = ToySubstrate.space();
  private final Region region = space.map(RegionRequest.anonymous("heap", 8 << 20));

  @Test
  void sizeClassesRoundUpByAnEighthAtMost() {
    int last = 0;
    for (int bytes = 1; bytes <= SizeClasses.LARGEST; bytes++) {
      int index = SizeClasses.index(bytes);
      int rounded = SizeClasses.bytes(index);
      assertThat(rounded).isGreaterThanOrEqualTo(bytes).isEqualTo(rounded & -8);
      assertThat(index).isBetween(last, last + 1);
      if (index > 0) {
        assertThat(SizeClasses.bytes(index - 1)).isLessThan(bytes);
      }
      if (bytes > 64) {
        assertThat(rounded - bytes).isLessThanOrEqualTo(bytes / 8);
      }
      last = index;
    }
    assertThat(last).isEqualTo(SizeClasses.COUNT - 1);
  }

  @Test
  void objectsAreZeroDisjointAndKeepWhatIsWritten() {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    ArenaHeap heap = ArenaHeap.create(space, region);
    record Model(long object, int references, int data, byte mark) {}
    List<Model> models = new ArrayList<>();
    PageSet.Builder all = PageSet.builder();
    long bytes = 0;
    for (int i = 0; i < 2000; i++) {
      int references = random.nextInt(0, 40);
      int data = random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(200);
      long object = heap.allocate(references, data);
      assertThat(object % 8).isZero();
      assertThat(heap.referenceCount(object)).isEqualTo(references);
      assertThat(heap.dataBytes(object)).isEqualTo(data);
      for (int r = 0; r < references; r++) {
        assertThat(heap.reference(object, r)).as("seed %d", seed).isZero();
        heap.setReference(object, r, object);
      }
      for (int d = 0; d < data; d++) {
        assertThat(space.memory().getByte(heap.data(object) + d)).as("seed %d", seed).isZero();
      }
      byte mark = (byte) i;
      space.memory().fill(heap.data(object), data, mark);
      models.add(new Model(object, references, data, mark));
      long size = 8 + 8L * references + data;
      all.add(object, object + size);
      bytes += size;
      assertThat(heap.used().containsAll(PageSet.of(object, object + size))).isTrue();
    }
    assertThat(all.build().bytes()).as("seed %d: objects overlap", seed).isEqualTo(bytes);
    ArenaHeap again = ArenaHeap.reopen(space, region);
    for (Model model : models) {
      for (int r = 0; r < model.references; r++) {
        assertThat(again.reference(model.object, r)).as("seed %d", seed).isEqualTo(model.object);
      }
      for (int d = 0; d < model.data; d++) {
        assertThat(space.memory().getByte(again.data(model.object) + d))
            .as("seed %d", seed)
            .isEqualTo(model.mark);
      }
    }
    assertThat(again.used()).isEqualTo(heap.used());
    assertThat(again.objectBytes()).isEqualTo(heap.objectBytes()).isGreaterThanOrEqualTo(bytes);
  }

  @Test
  void eachThreadAllocatesFromBlocksOfItsOwn() {
    ArenaHeap heap = ArenaHeap.create(space, region, 3);
    Map<Long, Integer> threadByBlock = new HashMap<>();
    for (int i = 0; i < 9000; i++) {
      int thread = i % 3;
      long object = heap.forThread(thread).allocate(1, 8 * (i % 5));
      long block = (object - region.start() - 3 * 4096) / ArenaLayout.BLOCK_BYTES;
      assertThat(threadByBlock.merge(block, thread, (first, second) -> first)).isEqualTo(thread);
    }
    assertThat(heap.objectBytes()).isEqualTo(ArenaHeap.reopen(space, region).objectBytes());
    assertThat(heap.objectBytes()).isEqualTo(9000 * (16 + 2 * 8));
    assertThatThrownBy(() -> heap.forThread(3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void threadsTakeBlocksBesideEachOther() throws Exception {
    int threads = 3;
    int objects = 1000;
    int bytes = SizeClasses.LARGEST + 8; // each is a block
    Region large = space.map(RegionRequest.anonymous("large", 32 << 20));
    ArenaHeap heap = ArenaHeap.create(space, large, threads);
    AtomicInteger waiting = new AtomicInteger(threads);
    List<TrackedThread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      ArenaHeap own = heap.forThread(i);
      Runnable allocates =
          () -> {
            waiting.decrementAndGet();
            while (waiting.get() > 0) {
              Thread.onSpinWait();
            }
            for (int object = 0; object < objects; object++) {
              own.allocate(0, bytes);
            }
          };
      running.add(space.execution().spawn("allocates " + i, allocates));
    }
    for (TrackedThread thread : running) {
      thread.join();
    }
    assertThat(heap.used().bytes()).isGreaterThanOrEqualTo(heap.objectBytes());
    assertThat(heap.objectBytes()).isEqualTo((long) threads * objects * (8 + bytes));
  }

  @Test
  void nothingAboveTheUsedPagesIsWritten() {
    ArenaHeap heap = ArenaHeap.create(space, region);
    space.memory().takeWritten(region.pages());
    for (int i = 0; i < 5000; i++) {
      heap.allocate(i % 7, i % 300);
    }
    assertThat(heap.used().containsAll(space.memory().takeWritten(region.pages()))).isTrue();
  }

  @Test
  void globalsSurviveReopening() {
    ArenaHeap heap = ArenaHeap.create(space, region);
    long object = heap.allocate(0, 8);
    heap.setGlobal(Heap.GLOBALS - 1, object);
    assertThat(ArenaHeap.reopen(space, region).global(Heap.GLOBALS - 1)).isEqualTo(object);
    assertThatThrownBy(() -> heap.global(Heap.GLOBALS))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void fullHeapSaysWhatWasAskedAndWhatTheLimitIs() {
    ArenaHeap heap = ArenaHeap.create(space, region);
    assertThatThrownBy(
            () -> {
              while (true) {
                heap.allocate(0, 100_000);
              }
            })
        .isInstanceOf(HeapExhaustedException.class)
        .hasMessageContaining("asked for 100008 bytes")
        .hasMessageContaining("limit is " + region.bytes());
  }

  @Test
  void foreignRegionIsRefused() {
    assertThatThrownBy(() -> ArenaHeap.reopen(space, region))
        .hasMessageContaining("heap heap at 0x40000000: found 0x0, wanted 0x414e");
    ArenaHeap.create(space, region);
    Region shorter = new Region("heap", region.start(), region.bytes() / 2);
    assertThatThrownBy(() -> ArenaHeap.reopen(space, shorter))
        .hasMessageContaining("at 0x40000010");
    space.memory().putLong(region.start() + ArenaLayout.THREADS_AT, 65);
    assertThatThrownBy(() -> ArenaHeap.reopen(space, region))
        .hasMessageContaining("at 0x40000028: found 0x41 threads, wanted 1 to 64");
    space.memory().putLong(region.start() + ArenaLayout.VERSION_AT, 1);
    assertThatThrownBy(() -> ArenaHeap.reopen(space, region))
        .hasMessage("heap heap: layout version is 1, wanted 2: another ooh made it");
  }

  @Test
  void aRegionThatHoldsNoThreadsPartIsRefused() {
    Region small = space.map(RegionRequest.anonymous("small", 2 * ArenaLayout.THREAD_BYTES));
    assertThatThrownBy(() -> ArenaHeap.create(space, small, 3))
        .isInstanceOf(HeapExhaustedException.class)
        .hasMessage(
            "heap small: 3 threads need 12288 bytes before the first object, limit is 8192");
    assertThat(ArenaHeap.create(space, small, 2).used()).isEqualTo(small.pages());
  }

  @Test
  void scopesNestAndGiveBackWhatWasAdded() {
    ArenaHeap heap = ArenaHeap.create(space, region);
    try (Heap.Scope outer = heap.scope()) {
      int first = outer.add(heap.allocate(0, 8));
      long object = outer.get(first);
      try (Heap.Scope inner = heap.scope()) {
        int second = inner.add(1234);
        inner.set(second, 99);
        assertThat(inner.get(second)).isEqualTo(99);
        for (int i = 0; i < 200; i++) {
          assertThat(inner.get(inner.add(i))).isEqualTo(i);
        }
      }
      assertThat(outer.get(first)).isEqualTo(object);
      assertThat(outer.add(5)).isEqualTo(first + 1);
    }
  }
}
