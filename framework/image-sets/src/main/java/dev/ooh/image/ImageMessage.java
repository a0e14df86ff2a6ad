package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A protobuf message of an image. */
interface ImageMessage {
  /** Writes the fields in ascending order of their numbers. */
  void writeTo(CodedOutputStream out) throws IOException;

  default byte[] toByteArray() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, 256);
    try {
      writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("an array refused bytes", e);
    }
    return bytes.toByteArray();
  }

  /** Reads one message. */
  @FunctionalInterface
  interface Parser<T> {
    T parse(MessageReader in) throws ImageException;
  }
}
