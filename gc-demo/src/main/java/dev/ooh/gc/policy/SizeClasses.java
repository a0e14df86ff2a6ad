package dev.ooh.gc.policy;

/**
 * The cell sizes of small objects. Each exists twice as a <em>kind</em> of block: for objects with
 * references, and for pointer-free ones, whose pages the collector never scans nor watches.
 *
 * <p>Kinds count from 1; {@link Blocks} uses the other values of the byte.
 */
public final class SizeClasses {
  private static final int[] CELL_BYTES = {
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
    1280, 1536, 1792, 2048, 2336, 2720, 3264, 4096, 5456, 8192
  };

  public static final int LARGEST = 8192;
  private static final int SIZES = CELL_BYTES.length;

  /** How many kinds there are; valid ones are 1 to this. */
  public static final int KINDS = 2 * SIZES;

  private static final byte[] KIND_OF_GRANULES = kindOfGranules();
  private static final int[] BYTES_OF_KIND = bytesOfKind();

  private SizeClasses() {}

  /**
   * The kind for an object of {@code bytes}, a multiple of the granule up to {@link #LARGEST}.
   *
   * @param references how many; only whether there are any counts
   */
  public static int kind(long bytes, int references) {
    int kind = KIND_OF_GRANULES[(int) (bytes >>> ObjectHeader.LOG_GRANULE)];
    return references == 0 ? kind + SIZES : kind;
  }

  public static int cellBytes(int kind) {
    return BYTES_OF_KIND[kind];
  }

  public static int cellsPerBlock(int kind) {
    return Blocks.BLOCK_BYTES / BYTES_OF_KIND[kind];
  }

  public static boolean isCellKind(int kind) {
    return kind > 0 && kind <= KINDS;
  }

  /** Whether blocks of a cell kind hold no references. */
  public static boolean isPointerFree(int kind) {
    return kind > SIZES && kind <= KINDS;
  }

  private static byte[] kindOfGranules() {
    byte[] kinds = new byte[(LARGEST >>> ObjectHeader.LOG_GRANULE) + 1];
    int size = 0;
    for (int granules = 0; granules < kinds.length; granules++) {
      while (CELL_BYTES[size] < granules << ObjectHeader.LOG_GRANULE) {
        size++;
      }
      kinds[granules] = (byte) (size + 1);
    }
    return kinds;
  }

  private static int[] bytesOfKind() {
    int[] bytes = new int[KINDS + 1];
    for (int size = 0; size < SIZES; size++) {
      bytes[size + 1] = CELL_BYTES[size];
      bytes[size + 1 + SIZES] = CELL_BYTES[size];
    }
    return bytes;
  }
}
