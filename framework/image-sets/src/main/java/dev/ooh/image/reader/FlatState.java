package dev.ooh.image.reader;

import dev.ooh.image.digest.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The file {@code state} beside a {@linkplain FlatImage flat image}.
 *
 * <pre>
 *  0         4             8               12              16           24        32        40
 *  ├─────────┼─────────────┼───────────────┼───────────────┼────────────┼─────────┼─────────┤
 *  │ magic   │ version = 2 │ CRC32C from   │ identity of   │ u64 number │ u64 its │ s64 its │
 *  │ "OOHF"  │             │ 12 to the end │ the set       │ of the     │ inode   │ mtime,  │
 *  │         │             │               │               │ pages file │         │ ns      │
 *  └─────────┴─────────────┴───────────────┴───────────────┴────────────┴─────────┴─────────┘
 * </pre>
 *
 * <p>Inode and time are those of the file that was made durable: a copy of the directory, which may
 * have been made while that was written to, has others and falls back on the sets.
 */
record FlatState(int identity, long number, long inode, long modified) {
  private static final String FILE = "state";
  private static final int MAGIC = 'O' | 'O' << 8 | 'H' << 16 | 'F' << 24;
  private static final int VERSION = 2;
  private static final int BODY = 12;
  private static final int LENGTH = 40;

  static Path file(Path folder) {
    return folder.resolve(FILE);
  }

  static Path pages(Path folder, long number) {
    return folder.resolve("pages-%016x.img".formatted(number));
  }

  /** That the pages file of {@code number}, as it is now, is what the set of identity holds. */
  static FlatState of(Path folder, long number, int identity) throws IOException {
    Path pages = pages(folder, number);
    long inode = (Long) Objects.requireNonNull(Files.getAttribute(pages, "unix:ino"));
    long modified = Files.getLastModifiedTime(pages).to(TimeUnit.NANOSECONDS);
    return new FlatState(identity, number, inode, modified);
  }

  /**
   * What there is in {@code folder}; empty unless it is whole, and its pages file is that very one.
   */
  static Optional<FlatState> read(Path folder) {
    try {
      byte[] bytes = Files.readAllBytes(file(folder));
      ByteBuffer state = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.length != LENGTH
          || state.getInt() != MAGIC
          || state.getInt() != VERSION
          || state.getInt() != Digest.of(bytes, BODY, LENGTH - BODY)) {
        return Optional.empty();
      }
      FlatState read =
          new FlatState(state.getInt(), state.getLong(), state.getLong(), state.getLong());
      return read.equals(of(folder, read.number, read.identity))
          ? Optional.of(read)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // the sets have all of it
    }
  }

  byte[] toByteArray() {
    ByteBuffer state =
        ByteBuffer.allocate(LENGTH)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(MAGIC)
            .putInt(VERSION)
            .putInt(0)
            .putInt(identity)
            .putLong(number)
            .putLong(inode)
            .putLong(modified);
    state.putInt(BODY - Integer.BYTES, Digest.of(state.array(), BODY, LENGTH - BODY));
    return state.array();
  }
}
