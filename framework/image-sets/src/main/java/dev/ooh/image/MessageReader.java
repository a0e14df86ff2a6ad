package dev.ooh.image;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one message and turns everything that is wrong with it into an {@link
 * ImageException} with the file and offset. Unknown fields are skipped, as newer versions of CRIU
 * add some.
 */
final class MessageReader {
  private final Path file;
  private final long offset;
  private final String name;
  private final CodedInputStream in;
  private int tag;
  private long seen;

  /**
   * @param offset of the first of {@code bytes} in {@code file}
   * @param name of the message, for errors
   */
  MessageReader(Path file, long offset, String name, byte[] bytes) {
    this.file = file;
    this.offset = offset;
    this.name = name;
    this.in = CodedInputStream.newInstance(bytes);
  }

  /** The number of the next field, 0 at the end. */
  int next() throws ImageException {
    int number = read("a field's tag", () -> tag = in.readTag()) == 0 ? 0 : tag >>> 3;
    if (number < Long.SIZE) {
      seen |= 1L << number;
    }
    return number;
  }

  long uint64() throws ImageException {
    wire(WireFormat.WIRETYPE_VARINT, "a number");
    return read("a number", in::readUInt64);
  }

  /** An unsigned number of at most 31 bits. */
  int uint31() throws ImageException {
    long start = position();
    long value = uint64();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new ImageException(
          file, start, Long.toUnsignedString(value), "a number up to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  /** 32 bits, of any sign. */
  int uint32() throws ImageException {
    wire(WireFormat.WIRETYPE_VARINT, "a number");
    return read("a number", in::readUInt32);
  }

  int fixed32() throws ImageException {
    wire(WireFormat.WIRETYPE_FIXED32, "four bytes");
    return read("four bytes", in::readFixed32);
  }

  String text() throws ImageException {
    wire(WireFormat.WIRETYPE_LENGTH_DELIMITED, "text");
    return read("text", in::readStringRequireUtf8);
  }

  /** A message inside this one. */
  <T> T message(String inner, ImageMessage.Parser<T> parser) throws ImageException {
    wire(WireFormat.WIRETYPE_LENGTH_DELIMITED, "a message " + inner);
    long start = position();
    byte[] bytes = read("a message " + inner, in::readByteArray);
    return parser.parse(new MessageReader(file, start, inner, bytes));
  }

  void skip() throws ImageException {
    read("a field", () -> in.skipField(tag));
  }

  /** Complains unless field {@code number} was there. */
  void require(int number, String field) throws ImageException {
    if ((seen & (1L << number)) == 0) {
      throw new ImageException(
          file, offset, name + " without field " + number, "its required field " + field);
    }
  }

  /** An exception about this message's contents. */
  ImageException wrong(String found, String wanted) {
    return new ImageException(file, offset, name + " with " + found, wanted);
  }

  private long position() {
    return offset + in.getTotalBytesRead();
  }

  private void wire(int wanted, String what) throws ImageException {
    if ((tag & 7) != wanted) {
      throw new ImageException(
          file,
          position(),
          "%s field %d of wire type %d".formatted(name, tag >>> 3, tag & 7),
          "%s, wire type %d".formatted(what, wanted));
    }
  }

  private <T> T read(String what, Step<T> step) throws ImageException {
    long start = position();
    try {
      return step.read();
    } catch (IOException e) {
      throw new ImageException(file, start, reason(e.getMessage()), what + " of " + name);
    }
  }

  private static String reason(@Nullable String message) {
    // Protobuf's messages are paragraphs; the first clause says it.
    String text = message == null ? "unreadable bytes" : message;
    int end = text.indexOf(". ");
    return "broken protobuf (" + (end < 0 ? text : text.substring(0, end)).strip() + ")";
  }

  @FunctionalInterface
  private interface Step<T> {
    T read() throws IOException;
  }
}
