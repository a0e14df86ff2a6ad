package dev.ooh.workloads.phoenix;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import dev.ooh.workloads.phoenix.Input.FileInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * An application's input: read into the heap in chunks first, then worked through in slices. Where
 * it is stands in the heap, so that another reader may go on.
 *
 * <p>One object has it: its first slot refers to the file's path, if there is one, the others to
 * the chunks; its data are the {@link Field}s.
 */
final class InputReader {
  private static final int GLOBAL = 1;
  private static final int CHUNK = 1 << 20;
  private static final int SLICE = 1 << 15;

  /** What can't be cut is kept whole up to this length. */
  private static final int MOST_UNCUT = 1 << 30;

  /** Slots. */
  private static final int PATH = 0;

  private static final int FIRST_CHUNK = 1;

  private enum Field {
    SEED,
    LENGTH,
    /** Bytes in the heap. */
    LOADED,
    CHUNKS,
    /** Where the next slice is. */
    CHUNK,
    WITHIN,
    /** Bytes of slices. */
    DONE
  }

  /** Where the input may be cut. */
  interface Cut {
    boolean behind(byte last);
  }

  private final Cut cut;
  private final LongFunction<Input> generated;
  private byte[] buffer = new byte[CHUNK];

  /** Opened on demand: this object may not be the one that the run was started with. */
  private @Nullable Input source;

  /**
   * @param generated what is read without a file, from a seed
   */
  InputReader(Cut cut, LongFunction<Input> generated) {
    this.cut = cut;
    this.generated = generated;
  }

  /** What a run with {@code parameters} reads. */
  Input input(Parameters parameters) {
    return open(parameters.input(), parameters.seed());
  }

  private Input open(Optional<Path> file, long seed) {
    return file.<Input>map(FileInput::new).orElseGet(() -> generated.apply(seed));
  }

  /** The whole input, which must fit an array. */
  byte[] all(Parameters parameters, long wantedBytes) {
    Input input = input(parameters);
    byte[] bytes = new byte[Math.toIntExact(input.length(wantedBytes))];
    input.read(0, bytes, bytes.length);
    return bytes;
  }

  /** Before anything is loaded. */
  void start(Heap heap, Parameters parameters, long wantedBytes) {
    Input input = input(parameters);
    source = input;
    long length = input.length(wantedBytes);
    long table =
        heap.allocate(
            FIRST_CHUNK + Math.toIntExact(length / (CHUNK / 2) + 1),
            Field.values().length * Long.BYTES);
    heap.setGlobal(GLOBAL, table);
    set(heap, Field.SEED, parameters.seed());
    set(heap, Field.LENGTH, length);
    if (parameters.input().isPresent()) {
      byte[] path =
          parameters.input().get().toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
      long object = heap.allocate(0, path.length);
      heap.memory().write(heap.data(object), path, 0, path.length);
      heap.setReference(table, PATH, object);
    }
  }

  /** Loads a chunk; false when everything is in the heap. */
  boolean load(Heap heap) {
    long from = get(heap, Field.LOADED);
    long rest = get(heap, Field.LENGTH) - from;
    if (rest == 0) {
      return false;
    }
    Input input = source(heap);
    int end = piece(CHUNK, CHUNK / 2, rest, length -> input.read(from, buffer, length));
    long chunk = heap.allocate(0, end);
    heap.memory().write(heap.data(chunk), buffer, 0, end);
    int number = (int) get(heap, Field.CHUNKS);
    heap.setReference(heap.global(GLOBAL), FIRST_CHUNK + number, chunk);
    set(heap, Field.CHUNKS, number + 1L);
    set(heap, Field.LOADED, from + end);
    heap.execution().work(end / Long.BYTES);
    return true;
  }

  /** Copies the next slice to {@link #buffer} and returns its length; 0 when there is no more. */
  int slice(Heap heap) {
    int number = (int) get(heap, Field.CHUNK);
    if (number == get(heap, Field.CHUNKS)) {
      return 0;
    }
    long chunk = heap.reference(heap.global(GLOBAL), FIRST_CHUNK + number);
    int within = (int) get(heap, Field.WITHIN);
    int rest = heap.dataBytes(chunk) - within;
    long from = heap.data(chunk) + within;
    int end = piece(SLICE, 1, rest, length -> heap.memory().read(from, buffer, 0, length));
    set(heap, Field.WITHIN, end == rest ? 0 : within + end);
    set(heap, Field.CHUNK, end == rest ? number + 1L : number);
    set(heap, Field.DONE, get(heap, Field.DONE) + end);
    return end;
  }

  /**
   * Has the buffer filled and returns how much of it is a piece: to the last cut at {@code least}
   * or behind, of {@code wanted} bytes or as many more as it takes to find one.
   */
  private int piece(int wanted, int least, long rest, IntConsumer fill) {
    for (long length = wanted; length <= MOST_UNCUT; length *= 2) {
      int filled = (int) Math.min(length, rest);
      if (buffer.length < filled) {
        buffer = new byte[filled];
      }
      fill.accept(filled);
      if (filled == rest) {
        return filled;
      }
      for (int end = filled; end >= least; end--) {
        if (cut.behind(buffer[end - 1])) {
          return end;
        }
      }
    }
    throw new IllegalArgumentException(
        "input has %d bytes on end without a place to cut, wanted fewer".formatted(MOST_UNCUT));
  }

  /** Holds the slice until the next call of this reader. */
  byte[] buffer() {
    return buffer;
  }

  /** Bytes of slices so far. */
  long done(Heap heap) {
    return get(heap, Field.DONE);
  }

  /** 0 to just below 1, given that loading a byte takes a tenth of working on it. */
  double progress(Heap heap) {
    double length = Math.max(1, get(heap, Field.LENGTH));
    double share = 0.1 * get(heap, Field.LOADED) + 0.9 * get(heap, Field.DONE);
    return Math.min(0.999, share / length);
  }

  private Input source(Heap heap) {
    Input input = source;
    if (input == null) {
      input = open(path(heap), get(heap, Field.SEED));
      source = input;
    }
    return input;
  }

  private static Optional<Path> path(Heap heap) {
    long object = heap.reference(heap.global(GLOBAL), PATH);
    if (object == 0) {
      return Optional.empty();
    }
    byte[] path = new byte[heap.dataBytes(object)];
    heap.memory().read(heap.data(object), path, 0, path.length);
    return Optional.of(Path.of(new String(path, StandardCharsets.UTF_8)));
  }

  private static long get(Heap heap, Field field) {
    Memory memory = heap.memory();
    return memory.getLong(heap.data(heap.global(GLOBAL)) + (long) field.ordinal() * Long.BYTES);
  }

  private static void set(Heap heap, Field field, long value) {
    heap.memory()
        .putLong(heap.data(heap.global(GLOBAL)) + (long) field.ordinal() * Long.BYTES, value);
  }
}
