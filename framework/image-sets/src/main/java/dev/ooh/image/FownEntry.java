package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code fown.proto}: nobody is to be signalled about the file.
 *
 * <pre>
 * field  type    name
 * 1      uint32  uid
 * 2      uint32  euid
 * 3      uint32  signum
 * 4      uint32  pid_type
 * 5      uint32  pid
 * </pre>
 */
record FownEntry() implements ImageMessage {
  private static final int FIRST = 1;
  private static final int LAST = 5;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    for (int field = FIRST; field <= LAST; field++) {
      out.writeUInt32(field, 0);
    }
  }
}
