package dev.ooh.criu.heap;

import dev.ooh.workloads.Heap;

/**
 * Where the arena keeps what it knows, from the region's first byte on. Everywhere, in objects too,
 * the address of something in the region is kept as its distance from that byte, and 0 for none, so
 * that the region means the same wherever it is mapped.
 *
 * <pre>
 *     +0  ┌──────────────────────────────────────┐
 *         │ u64 magic "OOHARENA"                 │
 *     +8  │ u64 version = 2                      │
 *    +16  │ u64 limit: bytes of the region       │
 *    +24  │ u64 top: the first byte that no      │  never written above; blocks are taken here
 *         │     block has                        │
 *    +32  │ u64 bytes in objects                 │  of the first thread
 *    +40  │ u64 threads                          │
 *    +64  ├──────────────────────────────────────┤
 *         │ 64 × u64 globals                     │
 *   +576  ├──────────────────────────────────────┤
 *         │ size classes × { u64 next free byte  │  where the first thread allocates
 *         │                  u64 end of block }  │
 *  +4096  ├──────────────────────────────────────┤
 *         │ a page for each further thread, with │
 *         │ its bytes at +32, classes at +576    │
 *         ├──────────────────────────────────────┤
 *         │ blocks of 64 KiB, each of one size   │
 *         │ class; larger objects between them   │
 *    top  ├──────────────────────────────────────┤
 *         │ zeroes                               │
 *  limit  └──────────────────────────────────────┘
 * </pre>
 *
 * An object, which its first byte's address names:
 *
 * <pre>
 *  +0               +4            +8                      +8 + 8 × references
 *  ├ u32 references ┼ u32 data    ┼ references × u64      ┼ data bytes, to a multiple of 8 ┤
 * </pre>
 */
final class ArenaLayout {
  static final long MAGIC = 0x414E455241484F4FL; // "OOHARENA", little-endian
  static final long VERSION = 2;

  static final int MAGIC_AT = 0;
  static final int VERSION_AT = 8;
  static final int LIMIT_AT = 16;
  static final int TOP_AT = 24;
  static final int OBJECT_BYTES_AT = 32;
  static final int THREADS_AT = 40;
  static final int GLOBALS_AT = 64;
  static final int CLASSES_AT = GLOBALS_AT + Heap.GLOBALS * Long.BYTES;
  static final int CLASS_NEXT = 0;
  static final int CLASS_END = 8;
  static final int CLASS_BYTES = 16;
  static final int THREAD_BYTES = 4096;
  static final int BLOCK_BYTES = 64 << 10;

  static final int OBJECT_REFERENCES = 0;
  static final int OBJECT_DATA = 4;
  static final int OBJECT_HEADER = 8;

  static {
    if (CLASSES_AT + SizeClasses.COUNT * CLASS_BYTES > THREAD_BYTES) {
      throw new AssertionError(SizeClasses.COUNT + " size classes don't fit the first page");
    }
  }

  private ArenaLayout() {}
}
