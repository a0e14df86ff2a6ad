package dev.ooh.example.checkpoints;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ooh.checkpoints.Checkpoint;
import dev.ooh.checkpoints.CheckpointListener;
import dev.ooh.checkpoints.CheckpointOptions;
import dev.ooh.checkpoints.Checkpoints;
import dev.ooh.checkpoints.Standstill;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Strings by key in one memory segment: a hash table of slots of 256 bytes, each of which has the
 * key's length, the value's length, the key and the value. Everything is at an offset, so that the
 * segment may lie at another address in the next life. Safe for any thread.
 */
public final class KeyValueStore {
  private static final int SLOT = 256;
  private static final int SLOTS = 1 << 16;
  private static final int HEADER = 2 * Integer.BYTES;
  static final long BYTES = (long) SLOT * SLOTS;

  private final MemorySegment memory;
  private final ReadWriteLock lock;

  KeyValueStore(MemorySegment memory, ReadWriteLock lock) {
    this.memory = memory;
    this.lock = lock;
  }

  void put(String key, String value) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    if (name.length == 0 || HEADER + name.length + text.length > SLOT) {
      throw new IllegalArgumentException("found %s, wanted a shorter entry".formatted(key));
    }
    lock.writeLock().lock();
    try {
      long slot = slot(name);
      memory.set(JAVA_INT, slot, name.length);
      memory.set(JAVA_INT, slot + Integer.BYTES, text.length);
      MemorySegment.copy(name, 0, memory, JAVA_BYTE, slot + HEADER, name.length);
      MemorySegment.copy(text, 0, memory, JAVA_BYTE, slot + HEADER + name.length, text.length);
    } finally {
      lock.writeLock().unlock();
    }
  }

  Optional<String> get(String key) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    lock.readLock().lock();
    try {
      long slot = slot(name);
      if (memory.get(JAVA_INT, slot) == 0) {
        return Optional.empty();
      }
      byte[] text = new byte[memory.get(JAVA_INT, slot + Integer.BYTES)];
      MemorySegment.copy(memory, JAVA_BYTE, slot + HEADER + name.length, text, 0, text.length);
      return Optional.of(new String(text, StandardCharsets.UTF_8));
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Where the key is, or the first free slot behind its place. */
  private long slot(byte[] name) {
    MemorySegment wanted = MemorySegment.ofArray(name);
    int first = java.util.Arrays.hashCode(name);
    for (int i = 0; i < SLOTS; i++) {
      long slot = ((first + i) & SLOTS - 1) * (long) SLOT;
      int length = memory.get(JAVA_INT, slot);
      if (length == 0
          || length == name.length && memory.asSlice(slot + HEADER, length).mismatch(wanted) < 0) {
        return slot;
      }
    }
    throw new IllegalStateException("the store is full: %d entries".formatted(SLOTS));
  }

  /** Understands {@code put KEY VALUE} and {@code get KEY}, a line each. */
  public static void main(String[] arguments) throws Exception {
    ReadWriteLock lock = new ReentrantReadWriteLock();
    CheckpointOptions options =
        CheckpointOptions.defaults()
            .withName("key-value-store")
            .withStandstill(Standstill.holding(lock.writeLock()))
            .withListener(
                new CheckpointListener() {
                  @Override
                  public void taken(Checkpoint checkpoint) {
                    if (checkpoint.pagesWritten() > 0) {
                      System.out.println("saved " + checkpoint.pagesWritten() + " pages");
                    }
                  }
                });
    try (Arena arena = Arena.ofShared();
        Checkpoints checkpoints = Checkpoints.open(Path.of(arguments[0]), options)) {
      KeyValueStore store = new KeyValueStore(checkpoints.segment("entries", BYTES, arena), lock);
      checkpoints.takeEvery(Duration.ofMillis(100));
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String[] words = line.split(" ", 3);
        if (words[0].equals("put") && words.length == 3) {
          store.put(words[1], words[2]);
        } else if (words[0].equals("get") && words.length == 2) {
          System.out.println(store.get(words[1]).orElse("nothing"));
        } else {
          System.out.println("wanted: put KEY VALUE, or get KEY");
        }
      }
    }
  }
}
