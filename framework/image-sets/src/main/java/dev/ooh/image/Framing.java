package dev.ooh.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The entries of an image file, each after its length:
 *
 * <pre>
 *  ├ u32 length ┼ message ┼ u32 length ┼ message …
 * </pre>
 */
final class Framing {
  private final Path file;
  private final ByteBuffer in;

  /** Reads from {@code offset} on. */
  Framing(Path file, byte[] bytes, int offset) {
    this.file = file;
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(offset);
  }

  /** Reads behind the magic words of {@code type}, which it checks. */
  static Framing open(Path file, byte[] bytes, ImageType type) throws ImageException {
    int offset = 0;
    if (type.hasFamily()) {
      word(file, bytes, offset, type.family(), type + " image");
      offset += Integer.BYTES;
    }
    word(file, bytes, offset, type.magic(), type + " image");
    return new Framing(file, bytes, offset + Integer.BYTES);
  }

  private static void word(Path file, byte[] bytes, int offset, int wanted, String what)
      throws ImageException {
    if (bytes.length < offset + Integer.BYTES) {
      throw new ImageException(file, bytes.length, "the end", "the magic words of a " + what);
    }
    int found = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(offset);
    if (found != wanted) {
      throw new ImageException(
          file, offset, "magic %08x".formatted(found), "%08x of a %s".formatted(wanted, what));
    }
  }

  boolean hasNext() {
    return in.hasRemaining();
  }

  <T> T next(String name, ImageMessage.Parser<T> parser) throws ImageException {
    int offset = in.position();
    if (in.remaining() < Integer.BYTES) {
      throw new ImageException(file, offset, "the end", "the length of a " + name);
    }
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new ImageException(
          file,
          offset,
          "length %s with %d bytes left"
              .formatted(Integer.toUnsignedString(length), in.remaining()),
          "a whole " + name);
    }
    int start = in.position();
    in.position(start + length);
    byte[] message = Arrays.copyOfRange(in.array(), start, start + length);
    return parser.parse(new MessageReader(file, start, name, message));
  }

  /** Starts a file of {@code type}. */
  static ByteArrayOutputStream begin(ImageType type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (type.hasFamily()) {
      out.writeBytes(littleEndian(type.family()));
    }
    out.writeBytes(littleEndian(type.magic()));
    return out;
  }

  static void append(ByteArrayOutputStream out, ImageMessage message) {
    byte[] bytes = message.toByteArray();
    out.writeBytes(littleEndian(bytes.length));
    out.writeBytes(bytes);
  }

  private static byte[] littleEndian(int word) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(word).array();
  }
}
