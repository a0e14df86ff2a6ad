package dev.ooh.image.reader;

import dev.ooh.image.ImageException;
import dev.ooh.image.compression.BlockDecompressor;
import dev.ooh.image.digest.Digest;
import dev.ooh.image.input.OpenFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads files with pages again and again, compressed ones as if they were not. For one thread. */
final class PagesInput implements AutoCloseable {
  private final OpenFiles files = new OpenFiles();
  private final Digest digest = new Digest();
  private final BlockDecompressor decompressor = new BlockDecompressor();

  /** Of this file, the block that was needed last, as it was before it was compressed. */
  private @Nullable PagesFile file;

  private int block;
  private byte[] pages = {};
  private byte[] stored = {};

  /**
   * Fills {@code target}, from its position to its limit, with what {@code from} has from {@code
   * offset} on.
   *
   * @throws IOException naming the file and the offset
   */
  void read(PagesFile from, long offset, ByteBuffer target) throws IOException {
    BlockTable blocks = from.blocks();
    if (blocks == null) {
      files.read(from.path(), offset, target);
      return;
    }
    for (long at = offset; target.hasRemaining(); ) {
      int wanted = blocks.at(at);
      if (file != from || block != wanted) {
        decompress(from, blocks, wanted);
      }
      int first = (int) (at - blocks.offset(wanted));
      int count = Math.min(target.remaining(), blocks.length(wanted) - first);
      target.put(pages, first, count);
      at += count;
    }
  }

  private void decompress(PagesFile from, BlockTable blocks, int wanted) throws IOException {
    int size = blocks.size(wanted);
    int length = blocks.length(wanted);
    if (stored.length < size) {
      stored = new byte[size];
    }
    if (pages.length < length) {
      pages = new byte[length];
    }
    file = null;
    files.read(from.path(), blocks.place(wanted), ByteBuffer.wrap(stored, 0, size));
    int found = digest.next(stored, 0, size);
    if (found != blocks.digest(wanted)) {
      throw new ImageException(
          from.path(),
          blocks.place(wanted),
          "a block of " + Digest.text(found),
          Digest.text(blocks.digest(wanted)));
    }
    if (!decompressor.decompress(stored, size, pages, length)) {
      throw new ImageException(
          from.path(),
          blocks.place(wanted),
          size + " bytes that are no LZ4 block",
          "one of " + length + " bytes");
    }
    file = from;
    block = wanted;
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
