package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.compression.BlockDecompressor;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.input.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads files with pages again and again, compressed ones as if they were not. For one thread. */
final class PagesInput implements AutoCloseable {
  /** A chain mostly has its pages here in one file and there in another. */
  private static final int MOST_BLOCKS = 8;

  private final OpenFiles files = new OpenFiles();
  private final Digest digest = new Digest();

  /** Null as long as nothing was compressed: most never is, and need not load it. */
  private @Nullable BlockDecompressor decompressor;

  /** Of each file, the block that was needed last; the file that was needed last comes last. */
  private final Map<PagesFile, Block> blocks = new LinkedHashMap<>(MOST_BLOCKS, 0.75f, true);

  private byte[] stored = {};

  /** A block as it was before it was compressed. */
  private static final class Block {
    private int number = -1;
    private byte[] pages = {};
  }

  /**
   * Fills {@code target}, from its position to its limit, with what {@code from} has from {@code
   * offset} on.
   *
   * @throws IOException naming the file and the offset
   */
  void read(PagesFile from, long offset, ByteBuffer target) throws IOException {
    BlockTable table = from.blocks();
    if (table == null) {
      files.read(from.path(), offset, target);
      return;
    }
    for (long at = offset; target.hasRemaining(); ) {
      int wanted = table.at(at);
      byte[] pages = block(from, table, wanted);
      int first = (int) (at - table.offset(wanted));
      int count = Math.min(target.remaining(), table.length(wanted) - first);
      target.put(pages, first, count);
      at += count;
    }
  }

  private byte[] block(PagesFile from, BlockTable table, int wanted) throws IOException {
    Block known = blocks.get(from);
    if (known == null) {
      if (blocks.size() == MOST_BLOCKS) {
        blocks.remove(blocks.keySet().iterator().next());
      }
      known = new Block();
      blocks.put(from, known);
    }
    if (known.number != wanted) {
      known.number = -1;
      decompress(from, table, wanted, known);
      known.number = wanted;
    }
    return known.pages;
  }

  private void decompress(PagesFile from, BlockTable table, int wanted, Block into)
      throws IOException {
    int size = table.size(wanted);
    int length = table.length(wanted);
    if (stored.length < size) {
      stored = new byte[size];
    }
    if (into.pages.length < length) {
      into.pages = new byte[length];
    }
    files.read(from.path(), table.place(wanted), ByteBuffer.wrap(stored, 0, size));
    int found = digest.next(stored, 0, size);
    if (found != table.digest(wanted)) {
      throw new ImageException(
          from.path(),
          table.place(wanted),
          "a block of " + Digest.text(found),
          Digest.text(table.digest(wanted)));
    }
    BlockDecompressor own = decompressor == null ? new BlockDecompressor() : decompressor;
    decompressor = own;
    if (!own.decompress(stored, size, into.pages, length)) {
      throw new ImageException(
          from.path(),
          table.place(wanted),
          size + " bytes that are no LZ4 block",
          "one of " + length + " bytes");
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
