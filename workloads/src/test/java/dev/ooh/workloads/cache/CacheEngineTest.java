package dev.ooh.workloads.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ooh.workloads.Application;
import dev.ooh.workloads.engine.EngineContract;
import dev.ooh.workloads.engine.EngineState;
import dev.ooh.workloads.engine.KeyText;
import dev.ooh.workloads.engine.MapModel;
import dev.ooh.workloads.engine.Parts;
import dev.ooh.workloads.engine.PlainHeap;
import dev.ooh.workloads.engine.RecordDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CacheEngineTest extends EngineContract {
  /** So that most requests evict. */
  private static long capacity(long requests) {
    return requests / 5 + 1;
  }

  @Override
  protected Application engine(long requests) {
    return CacheEngine.withOperations(requests, capacity(requests));
  }

  @Override
  protected Application engine() {
    return new CacheEngine();
  }

  @Override
  protected Model model(long requests) {
    return new Recency(capacity(requests));
  }

  /** Digests from the newest on, as the cache does. */
  private record Recency(long capacity, Map<Long, Long> map) implements Model {
    Recency(long capacity) {
      this(
          capacity,
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
              return size() > capacity;
            }
          });
    }

    @Override
    public void set(long key, long value) {
      map.put(key, value);
    }

    @Override
    public long digest() {
      return digest(0);
    }

    long digest(long before) {
      Map<Long, Long> newestFirst = ((LinkedHashMap<Long, Long>) map).reversed();
      return new MapModel(newestFirst, RecordDigest::inOrder).digest(before);
    }
  }

  /** Each thread's records are evicted by its own. */
  @Override
  protected Model model(long requests, int threads) {
    List<Recency> parts = new ArrayList<>();
    NavigableMap<Long, Recency> byFirstKey = new TreeMap<>();
    for (int i = 0; i < threads; i++) {
      long before = capacity(requests) * i / threads;
      parts.add(new Recency(capacity(requests) * (i + 1) / threads - before));
      byFirstKey.put(KeyText.of(requests * i / threads), parts.getLast());
    }
    return new Model() {
      @Override
      public void set(long key, long value) {
        byFirstKey.floorEntry(key).getValue().set(key, value);
      }

      @Override
      public long digest() {
        long digest = 0;
        for (Recency part : parts) {
          digest = part.digest(digest);
        }
        return digest;
      }
    };
  }

  @Test
  void cacheHoldsWhatALinkedMapHoldsAfterEachRequest() {
    long seed = Long.getLong("ooh.first-seed", System.nanoTime());
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 50; run++) {
      PlainHeap heap = new PlainHeap(1 << 20);
      int capacity = 1 + random.nextInt(40);
      int keys = 1 + random.nextInt(100);
      RecencyCache cache = RecencyCache.create(heap, Parts.whole(0, 1), capacity);
      Recency model = new Recency(capacity);
      for (int i = 0; i < 300; i++) {
        long key = KeyText.of(random.nextInt(keys));
        long value = KeyText.of(random.nextInt(1000));
        cache.set(key, value);
        model.set(key, value);
        assertThat(cache.digest(0)).as("seed %d run %d", seed, run).isEqualTo(model.digest());
      }
      assertThat(EngineState.of(heap, 0).records()).isEqualTo(model.map().size());
    }
  }

  /** The heap may be one that takes nothing back. */
  @Test
  void evictionAllocatesNothing() {
    PlainHeap heap = new PlainHeap(1 << 20);
    RecencyCache cache = RecencyCache.create(heap, Parts.whole(0, 1), 100);
    for (int i = 0; i < 100; i++) {
      cache.set(KeyText.of(i), KeyText.of(i));
    }
    long used = heap.usedBytes();
    for (int i = 0; i < 10_000; i++) {
      cache.set(KeyText.of(i), KeyText.of(i));
    }
    assertThat(heap.usedBytes()).isEqualTo(used);
  }

  @Test
  void capacityBeyondTheRequestsTakesNoMemory() {
    PlainHeap heap = new PlainHeap(1 << 20);
    CacheEngine.withOperations(10, Long.MAX_VALUE).start(heap, SMALL);
    assertThatThrownBy(() -> CacheEngine.withOperations(10, 0))
        .hasMessage("capacity is 0, wanted 1 or more");
  }
}
