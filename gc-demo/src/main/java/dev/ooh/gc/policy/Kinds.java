package dev.ooh.gc.policy;

import java.util.Arrays;

/**
 * The kinds of blocks: what a block's objects look like. A kind is a byte, 0 to 255.
 *
 * <p>Objects of up to {@value #EXACT_WORDS} words, slots and data, have an <em>exact</em> kind for
 * each number of slots and of data words: the kind is all there is to know about them, and they
 * have no header. Others are <em>headed</em>: a header in front of the object counts its slots and
 * data bytes. Their kinds are size classes, each three times: for objects with slots, for
 * pointer-free ones, which the collector never reads, and for conservative ones, of which each word
 * may be a reference.
 */
public final class Kinds {
  /** Holds nothing. */
  public static final int FREE = 0;

  /** First block of a large object; {@link Blocks#link} is the run's length in blocks. */
  public static final int LARGE = 253;

  /** As {@link #LARGE}, of a conservative one. */
  public static final int LARGE_CONSERVATIVE = 252;

  /** Further block of a large object; {@link Blocks#link} is the run's first block. */
  public static final int LARGE_REST = 254;

  /** Not the heap's: mapped by somebody else, or by nobody. */
  public static final int GAP = 255;

  /** How many kinds there can be. */
  public static final int COUNT = 256;

  /** What {@link #references} says of headed kinds that may have slots. */
  public static final int HEADED = -1;

  /** What {@link #references} says of kinds whose blocks begin no object. */
  public static final int NO_OBJECT = -2;

  private static final int EXACT_WORDS = 16;
  private static final int STRIDE = EXACT_WORDS + 1;

  /** Cells of headed objects, header included. */
  private static final int[] CELL_BYTES = {
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
    1280, 1536, 1792, 2048, 2336, 2720, 3264, 4096, 5456, 8192
  };

  private static final int LOG_CLASS_UNIT = 4;
  private static final int LARGEST = 8192;

  /** The exact kind by slots and data words; 0 for none. */
  private static final byte[] EXACT = new byte[STRIDE * STRIDE];

  /**
   * The kind of headed objects with slots, by cell bytes; pointer-free ones come behind, then
   * conservative ones.
   */
  private static final byte[] HEADED_KIND = new byte[(LARGEST >>> LOG_CLASS_UNIT) + 1];

  private static final int FIRST_CONSERVATIVE;
  private static final int[] CELL = new int[COUNT];
  private static final int[] REFERENCES = new int[COUNT];
  private static final int[] DATA_BYTES = new int[COUNT];

  static {
    Arrays.fill(REFERENCES, NO_OBJECT);
    Arrays.fill(DATA_BYTES, HEADED);
    int kind = 1;
    for (int words = 1; words <= EXACT_WORDS; words++) {
      for (int references = 0; references <= words; references++) {
        EXACT[references * STRIDE + words - references] = (byte) kind;
        CELL[kind] = words * Long.BYTES;
        REFERENCES[kind] = references;
        DATA_BYTES[kind] = (words - references) * Long.BYTES;
        kind++;
      }
    }
    for (int size = 0, bytes = 0; size < CELL_BYTES.length; size++, kind++) {
      for (; bytes <= CELL_BYTES[size]; bytes += 1 << LOG_CLASS_UNIT) {
        HEADED_KIND[bytes >>> LOG_CLASS_UNIT] = (byte) kind;
      }
      CELL[kind] = CELL_BYTES[size];
      CELL[kind + CELL_BYTES.length] = CELL_BYTES[size];
      CELL[kind + 2 * CELL_BYTES.length] = CELL_BYTES[size];
      REFERENCES[kind] = HEADED;
      REFERENCES[kind + CELL_BYTES.length] = 0;
      REFERENCES[kind + 2 * CELL_BYTES.length] = HEADED;
    }
    FIRST_CONSERVATIVE = kind + CELL_BYTES.length;
    REFERENCES[LARGE] = HEADED;
    REFERENCES[LARGE_CONSERVATIVE] = HEADED;
  }

  private Kinds() {}

  /** The exact kind of such objects; 0 when they have none. Takes any arguments. */
  public static int exact(int references, int dataBytes) {
    if (references < 0
        || references > EXACT_WORDS
        || dataBytes < 0
        || dataBytes > EXACT_WORDS * Long.BYTES
        || (dataBytes & (Long.BYTES - 1)) != 0) {
      return 0;
    }
    return EXACT[references * STRIDE + dataBytes / Long.BYTES] & 0xFF;
  }

  /**
   * The kind of such headed objects.
   *
   * @param references 0 or more
   * @param dataBytes 0 or more
   */
  public static int headed(int references, int dataBytes) {
    long bytes = ObjectHeader.cellBytes(references, dataBytes);
    if (bytes > LARGEST) {
      return LARGE;
    }
    int unit = (int) (bytes + (1 << LOG_CLASS_UNIT) - 1) >>> LOG_CLASS_UNIT;
    int kind = HEADED_KIND[unit] & 0xFF;
    return references == 0 ? kind + CELL_BYTES.length : kind;
  }

  /** The kind of conservative objects of {@code dataBytes}, which have no slots. */
  public static int conservative(int dataBytes) {
    int kind = headed(0, dataBytes);
    return kind == LARGE ? LARGE_CONSERVATIVE : kind + CELL_BYTES.length;
  }

  /** Whether each word of an object's data may be a reference. */
  public static boolean isConservative(int kind) {
    return kind == LARGE_CONSERVATIVE
        || (kind >= FIRST_CONSERVATIVE && kind < FIRST_CONSERVATIVE + CELL_BYTES.length);
  }

  /** Whether a block is the first of a large object. */
  public static boolean isLarge(int kind) {
    return kind == LARGE || kind == LARGE_CONSERVATIVE;
  }

  /** Bytes of a cell; 0 for kinds that have none. */
  public static int cellBytes(int kind) {
    return CELL[kind];
  }

  public static int cellsPerBlock(int kind) {
    return Blocks.BLOCK_BYTES / CELL[kind];
  }

  public static boolean isCells(int kind) {
    return CELL[kind] != 0;
  }

  /** Slots of each object; or {@link #HEADED}, or {@link #NO_OBJECT}. */
  public static int references(int kind) {
    return REFERENCES[kind];
  }

  /** {@link #references} by kind; for loops that can't afford a call. Not to be written. */
  public static int[] referencesByKind() {
    return REFERENCES;
  }

  /** {@link #cellBytes} by kind, likewise. */
  public static int[] cellBytesByKind() {
    return CELL;
  }

  /** Data bytes of each object, or {@link #HEADED}. */
  public static int dataBytes(int kind) {
    return DATA_BYTES[kind];
  }

  public static boolean isHeaded(int kind) {
    return DATA_BYTES[kind] == HEADED;
  }

  /** Bytes of a cell in front of its object. */
  public static int headerBytes(int kind) {
    return isHeaded(kind) ? ObjectHeader.BYTES : 0;
  }
}
