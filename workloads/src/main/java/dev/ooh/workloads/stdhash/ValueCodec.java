package dev.ooh.workloads.stdhash;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Turns a value, eight bytes of text, into the bytes that are held, and back. By one thread. */
abstract class ValueCodec implements AutoCloseable {
  /** More than a value ever takes. */
  static final int MOST_BYTES = 64;

  static ValueCodec of(StdHashEngine.Compression compression) {
    return switch (compression) {
      case NONE -> new Plain();
      case ZLIB -> new Zlib();
    };
  }

  /** Writes what is held of {@code value} into {@code held} and returns its length. */
  abstract int encode(long value, byte[] held);

  /**
   * The value of which {@code held} has the first {@code length} bytes.
   *
   * @throws IllegalStateException if they are of none
   */
  abstract long decode(byte[] held, int length);

  @Override
  public abstract void close();

  private static long checkedText(int length, ByteBuffer text) {
    if (length != Long.BYTES) {
      throw new IllegalStateException(
          "value has %d bytes, wanted %d".formatted(length, Long.BYTES));
    }
    return text.getLong(0);
  }

  private static final class Plain extends ValueCodec {
    @Override
    int encode(long value, byte[] held) {
      ByteBuffer.wrap(held).putLong(0, value);
      return Long.BYTES;
    }

    @Override
    long decode(byte[] held, int length) {
      return checkedText(length, ByteBuffer.wrap(held));
    }

    @Override
    public void close() {}
  }

  private static final class Zlib extends ValueCodec {
    private final Deflater deflater = new Deflater();
    private final Inflater inflater = new Inflater();

    /** With room for a byte too many, so that it is noticed. */
    private final ByteBuffer text = ByteBuffer.allocate(Long.BYTES + 1);

    @Override
    int encode(long value, byte[] held) {
      text.putLong(0, value);
      deflater.reset();
      deflater.setInput(text.array(), 0, Long.BYTES);
      deflater.finish();
      return deflater.deflate(held);
    }

    @Override
    long decode(byte[] held, int length) {
      inflater.reset();
      inflater.setInput(held, 0, length);
      try {
        return checkedText(inflater.inflate(text.array()), text);
      } catch (DataFormatException e) {
        throw new IllegalStateException("value can't be decompressed: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      deflater.end();
      inflater.end();
    }
  }
}
