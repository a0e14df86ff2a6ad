package dev.ooh.workloads.phoenix;

import dev.ooh.memory.Memory;
import dev.ooh.workloads.Application;
import dev.ooh.workloads.Heap;
import dev.ooh.workloads.Parameters;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * Phoenix's string_match: which lines of a file, encrypted, equal one of four encrypted keys. The
 * file is read into the heap first; each line's encrypted form is an object of its own, garbage
 * after the comparison.
 *
 * <p>Without an input file the lines are random letters with the keys among them, of the paper's
 * 50, 100 or 200 MB (Table II).
 */
public final class StringMatch implements Application {
  private static final List<String> KEYS =
      List.of("Helloworld", "howareyou", "ferrari", "whotheman");

  /** What Phoenix calls encryption: so much is added to each character. */
  private static final int OFFSET = 5;

  /** Work units, of some ten nanoseconds, a byte. */
  private static final long WORK_A_BYTE = 2;

  /** One line in so many is a key. */
  private static final int KEY_EVERY = 1000;

  private static final int SHORTEST = 4;
  private static final int LONGEST = 11;

  private enum Field {
    LOADED,
    DONE,
    CHECKSUM
  }

  private final InputReader lines =
      new InputReader(last -> last == '\n', seed -> new RandomBlocks(seed, StringMatch::fill));

  private final byte[][] encrypted = KEYS.stream().map(StringMatch::encrypt).toArray(byte[][]::new);
  private final byte[] word = new byte[LONGEST];
  private final long generatedBytes;

  /** At the paper's sizes. */
  public StringMatch() {
    this(0);
  }

  /** With {@code generatedBytes} of lines, whatever the configuration; 0 for its own. */
  public StringMatch(long generatedBytes) {
    this.generatedBytes = generatedBytes;
  }

  private static void fill(SplittableRandom random, byte[] block) {
    int at = 0;
    while (at < block.length) {
      byte[] line = line(random);
      int length = Math.min(line.length, block.length - 1 - at);
      System.arraycopy(line, 0, block, at, length);
      block[at + length] = '\n';
      at += length + 1;
    }
  }

  private static byte[] line(SplittableRandom random) {
    if (random.nextInt(KEY_EVERY) == 0) {
      return KEYS.get(random.nextInt(KEYS.size())).getBytes(StandardCharsets.US_ASCII);
    }
    byte[] line = new byte[random.nextInt(SHORTEST, LONGEST)];
    for (int i = 0; i < line.length; i++) {
      line[i] = (byte) ('a' + random.nextInt(26));
    }
    return line;
  }

  private static byte[] encrypt(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] += OFFSET;
    }
    return bytes;
  }

  @Override
  public String name() {
    return "string_match";
  }

  @Override
  public boolean readsInput() {
    return true;
  }

  @Override
  public long heapBytes(Parameters parameters) {
    long length = lines.input(parameters).length(wantedBytes(parameters));
    return length + length / 16 + (24 << 20);
  }

  @Override
  public long allocatedBytes(Parameters parameters) {
    // A line has eight bytes or so, and its encrypted form 24.
    return 5 * heapBytes(parameters);
  }

  @Override
  public void start(Heap heap, Parameters parameters) {
    RunState.create(heap, Field.values());
    lines.start(heap, parameters, wantedBytes(parameters));
  }

  @Override
  public boolean step(Heap heap) {
    RunState<Field> state = new RunState<>(heap);
    if (state.get(Field.DONE) == 1) {
      return false;
    }
    if (state.get(Field.LOADED) == 0) {
      state.set(Field.LOADED, lines.load(heap) ? 0 : 1);
    } else {
      long from = lines.done(heap);
      int length = lines.slice(heap);
      if (length == 0) {
        state.set(Field.DONE, 1);
        return false;
      }
      state.add(Field.CHECKSUM, match(heap, from, lines.buffer(), length));
      heap.execution().work(length * WORK_A_BYTE);
    }
    heap.execution().poll();
    return true;
  }

  private long match(Heap heap, long from, byte[] slice, int length) {
    long sum = 0;
    int start = 0;
    while (start < length) {
      int end = start;
      while (end < length && slice[end] != '\n') {
        slice[end++] += OFFSET;
      }
      int key = keyOf(heap, slice, start, end);
      if (key >= 0) {
        sum += weight(from + start, key);
      }
      start = end + 1;
    }
    return sum;
  }

  private int keyOf(Heap heap, byte[] slice, int start, int end) {
    int length = end - start;
    Memory memory = heap.memory();
    long line = heap.allocate(0, length);
    memory.write(heap.data(line), slice, start, length);
    if (length > word.length) {
      return -1;
    }
    // No allocation from here on: the line needs no root.
    memory.read(heap.data(line), word, 0, length);
    for (int key = 0; key < encrypted.length; key++) {
      byte[] wanted = encrypted[key];
      if (Arrays.equals(wanted, 0, wanted.length, word, 0, length)) {
        return key;
      }
    }
    return -1;
  }

  private static long weight(long position, int key) {
    return Checksum.weight(position * KEYS.size() + key);
  }

  @Override
  public double progress(Heap heap) {
    return new RunState<Field>(heap).get(Field.DONE) == 1 ? 1 : lines.progress(heap);
  }

  @Override
  public long result(Heap heap) {
    return new RunState<Field>(heap).get(Field.CHECKSUM);
  }

  @Override
  public OptionalLong independentResult(Parameters parameters) {
    String text =
        new String(lines.all(parameters, wantedBytes(parameters)), StandardCharsets.ISO_8859_1);
    long sum = 0;
    for (int key = 0; key < KEYS.size(); key++) {
      // From key to line, where the application goes from line to key.
      String wanted = KEYS.get(key);
      for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
        int end = at + wanted.length();
        boolean begins = at == 0 || text.charAt(at - 1) == '\n';
        if (begins && (end == text.length() || text.charAt(end) == '\n')) {
          sum += weight(at, key);
        }
      }
    }
    return OptionalLong.of(sum);
  }

  private long wantedBytes(Parameters parameters) {
    return generatedBytes > 0
        ? generatedBytes
        : parameters.configuration().choose(50, 100, 200) << 20;
  }
}
