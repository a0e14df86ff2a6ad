package dev.ooh.workloads.phoenix;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Phoenix's histogram: how often each value of red, green and blue occurs in a bitmap of 24 bits a
 * pixel. The bitmap is read into the heap first; the counts of each slice are an object, garbage
 * once they are added to the whole's.
 *
 * <p>Without an input file the pixels are random, of the paper's 0.1, 0.5 or 1.5 GB (Table II).
 */
public final class Histogram implements Application {
  /** Work units, of some ten nanoseconds, for so many bytes. */
  private static final int BYTES_A_WORK = 8;

  private static final int VALUES = 256;

  /** Globals. */
  private static final int COUNTS = 2;

  private enum Field {
    LOADED,
    DONE,
    /** Of the bitmap, from its header. */
    FIRST_PIXEL,
    PIXEL_BYTES_A_ROW,
    BYTES_A_ROW
  }

  private final InputReader pixels =
      new InputReader(last -> true, seed -> new RandomBlocks(seed, SplittableRandom::nextBytes));

  private final long generatedBytes;

  /** At the paper's sizes. */
  public Histogram() {
    this(0);
  }

  /** With {@code generatedBytes} of random pixels, whatever the configuration; 0 for its own. */
  public Histogram(long generatedBytes) {
    this.generatedBytes = generatedBytes;
  }

  @Override
  public String name() {
    return "histogram";
  }

  @Override
  public boolean readsInput() {
    return true;
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long length = pixels.input(parameters).length(wantedBytes(parameters));
    return length + length / 16 + (24 << 20);
  }

  @Override
  public long allocatedBytes(Parameters parameters) {
    return 2 * heapBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    RunState<Field> state = RunState.create(heap, Field.values());
    BitmapHeader header = header(parameters);
    state.set(Field.FIRST_PIXEL, header.firstPixel());
    state.set(Field.PIXEL_BYTES_A_ROW, header.pixelBytesARow());
    state.set(Field.BYTES_A_ROW, header.bytesARow());
    pixels.start(heap, parameters, wantedBytes(parameters));
    heap.setGlobal(COUNTS, newCounts(heap));
  }

  @Override
  public boolean step(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    if (state.get(Field.DONE) == 1) {
      return false;
    }
    if (state.get(Field.LOADED) == 0) {
      state.set(Field.LOADED, pixels.load(heap) ? 0 : 1);
    } else {
      long from = pixels.done(heap);
      int length = pixels.slice(heap);
      if (length == 0) {
        state.set(Field.DONE, 1);
        return false;
      }
      count(heap, state, from, length);
      heap.execution().work(length / BYTES_A_WORK);
    }
    heap.execution().poll();
    return true;
  }

  private void count(Heap heap, RunState<Field> state, long from, int length) {
    long firstPixel = state.get(Field.FIRST_PIXEL);
    long pixelBytes = state.get(Field.PIXEL_BYTES_A_ROW);
    long rowBytes = state.get(Field.BYTES_A_ROW);
    byte[] slice = pixels.buffer();
    Memory memory = heap.memory();
    try (Heap.Scope scope = heap.scope()) {
      long part = newCounts(heap);
      scope.add(part);
      long counts = heap.data(part);
      int skipped = (int) Math.clamp(firstPixel - from, 0, length);
      long column = (from + skipped - firstPixel) % rowBytes;
      for (int at = skipped; at < length; at++) {
        if (column < pixelBytes) {
          long place = counts + (column % 3 * VALUES + (slice[at] & 0xFF)) * Long.BYTES;
          memory.putLong(place, memory.getLong(place) + 1);
        }
        if (++column == rowBytes) {
          column = 0;
        }
      }
      long total = heap.data(heap.global(COUNTS));
      for (long place = 0; place < 3L * VALUES * Long.BYTES; place += Long.BYTES) {
        memory.putLong(
            total + place, memory.getLong(total + place) + memory.getLong(counts + place));
      }
    }
  }

  private static long newCounts(Heap heap) {
    return heap.allocate(0, 3 * VALUES * Long.BYTES);
  }

  @Override
  public double progress(Heap heap) {
    return new RunState<Field>(heap).get(Field.DONE) == 1 ? 1 : pixels.progress(heap);
  }

  @Override
  public long result(Heap heap) {
    long counts = heap.data(heap.global(COUNTS));
    long sum = 0;
    for (int place = 0; place < 3 * VALUES; place++) {
      sum += Checksum.weight(place) * heap.memory().getLong(counts + (long) place * Long.BYTES);
    }
    return sum;
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    byte[] bitmap = pixels.all(parameters, wantedBytes(parameters));
    BitmapHeader header = header(parameters);
    long[][] counts = new long[3][VALUES];
    for (long row = header.firstPixel(); row < bitmap.length; row += header.bytesARow()) {
      for (int colour = 0; colour < 3; colour++) {
        long end = Math.min(bitmap.length, row + header.pixelBytesARow());
        for (long at = row + colour; at < end; at += 3) {
          counts[colour][Byte.toUnsignedInt(bitmap[(int) at])]++;
        }
      }
    }
    long sum = 0;
    for (int colour = 0; colour < 3; colour++) {
      for (int value = 0; value < VALUES; value++) {
        sum += Checksum.weight((long) colour * VALUES + value) * counts[colour][value];
      }
    }
    return OptionalLong.of(sum);
  }

  private BitmapHeader header(Parameters parameters) {
    return parameters
        .input()
        .map(file -> BitmapHeader.of(file, pixels.input(parameters)))
        .orElse(BitmapHeader.NONE);
  }

  private long wantedBytes(Parameters parameters) {
    return generatedBytes > 0
        ? generatedBytes
        : parameters.configuration().choose(100L << 20, 500L << 20, 1500L << 20);
  }
}
