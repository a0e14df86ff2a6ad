package dev.ooh.image.message;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.ooh.image.ImageException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The entries of an image file, each a protobuf message after its length:
 *
 * <pre>
 *  ├ u32 length ┼ message ┼ u32 length ┼ message …
 * </pre>
 *
 * What is wrong with one becomes an {@link ImageException} with the file and offset. Unknown fields
 * are skipped, as newer versions of CRIU add some.
 */
public final class Entries {
  private final Path file;
  private final ByteBuffer in;

  /** Reads from {@code offset} on. */
  Entries(Path file, byte[] bytes, int offset) {
    this.file = file;
    this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(offset);
  }

  /** Reads behind the magic words of {@code type}, which it checks. */
  public static Entries open(Path file, byte[] bytes, ImageType type) throws ImageException {
    int offset = 0;
    if (type.hasFamily()) {
      word(file, bytes, offset, type.family(), type + " image");
      offset += Integer.BYTES;
    }
    word(file, bytes, offset, type.magic(), type + " image");
    return new Entries(file, bytes, offset + Integer.BYTES);
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

  public boolean hasNext() {
    return in.hasRemaining();
  }

  /**
   * Reads the next entry.
   *
   * @param name of the message, for errors
   */
  public <T extends MessageLite> Entry<T> next(String name, Parser<T> parser)
      throws ImageException {
    int start = in.position() + Integer.BYTES;
    return again(name, start, skip(name), parser);
  }

  /** Where the next entry's length is, from the file's start. */
  int position() {
    return in.position();
  }

  /** Reads what there is from {@code offset} on by whoever wants no message. */
  CodedInputStream coded(int offset) {
    return CodedInputStream.newInstance(in.array(), offset, in.limit() - offset);
  }

  /** Goes behind the next entry, and returns the length of its message. */
  int skip(String name) throws ImageException {
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
    in.position(in.position() + length);
    return length;
  }

  /** Reads the message of {@code length} bytes at {@code start}. */
  <T extends MessageLite> Entry<T> again(String name, int start, int length, Parser<T> parser)
      throws ImageException {
    try {
      return new Entry<>(file, start, name, parser.parseFrom(in.array(), start, length));
    } catch (InvalidProtocolBufferException e) {
      throw new ImageException(file, start, reason(e.getMessage()), "a " + name);
    }
  }

  private static String reason(@Nullable String message) {
    // The library's messages are paragraphs; the first clause says it.
    String text = message == null ? "unreadable bytes" : message;
    int end = text.indexOf(". ");
    return "broken protobuf (" + (end < 0 ? text : text.substring(0, end)).strip() + ")";
  }

  /** An exception about the contents of the message at {@code offset}. */
  ImageException wrong(int offset, String name, String found, String wanted) {
    return new ImageException(file, offset, name + " with " + found, wanted);
  }

  /** A message, and where it is. */
  public record Entry<T>(Path file, long offset, String name, T message) {
    /** An exception about its contents. */
    public ImageException wrong(String found, String wanted) {
      return new ImageException(file, offset, name + " with " + found, wanted);
    }
  }

  /** Starts a file of {@code type}. */
  public static ByteArrayOutputStream begin(ImageType type) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (type.hasFamily()) {
      out.writeBytes(littleEndian(type.family()));
    }
    out.writeBytes(littleEndian(type.magic()));
    return out;
  }

  /** Adds a message to a file. */
  public static void append(ByteArrayOutputStream out, MessageLite message) {
    byte[] bytes = message.toByteArray();
    out.writeBytes(littleEndian(bytes.length));
    out.writeBytes(bytes);
  }

  private static byte[] littleEndian(int word) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(word).array();
  }
}
