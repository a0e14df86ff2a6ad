package dev.ooh.image.remote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What our own clients ask of our own page servers. Little-endian. The first one is {@link #HELLO};
 * CRIU's page server knows no such command and hangs up.
 *
 * <pre>
 *  0             4              8              16
 *  ├─ u32 command ┼ u32 name len ┼ u64 value    ┼ name, UTF-8 …   contents, for CONTENTS
 *
 * HELLO     value: the version of this protocol
 * BEGIN     a set                                     answered
 * FILE      name: of a file of the set
 * CONTENTS  name: of the file; value: how many bytes follow
 * END       name: of a file that is whole
 * PARENT    name: of the set that this one builds on
 * PUBLISH   value: 1 if it is the one to restore      answered, when it is durable, by its name
 * REMOVE    name: of a set that nothing builds on     answered
 * </pre>
 *
 * An answer is {u32 1 or 0, whether it was done; u32 length; text}, the text what went wrong if it
 * was not done.
 */
record SetRequest(int command, String name, long value) {
  /** {@code "OOHP"}. */
  static final int HELLO = 'O' | 'O' << 8 | 'H' << 16 | 'P' << 24;

  static final int BEGIN = 1;
  static final int FILE = 2;
  static final int CONTENTS = 3;
  static final int END = 4;
  static final int PARENT = 5;
  static final int PUBLISH = 6;
  static final int REMOVE = 7;

  static final int VERSION = 1;
  static final int HEADER = 16;

  /** Longer names are not meant. */
  static final int LONGEST_NAME = 255;

  private static final int COMMAND_AT = 0;
  private static final int NAME_AT = 4;
  private static final int VALUE_AT = 8;

  static SetRequest of(int command) {
    return new SetRequest(command, "", 0);
  }

  byte[] toBytes() {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(COMMAND_AT, command)
        .putInt(NAME_AT, text.length)
        .putLong(VALUE_AT, value)
        .put(HEADER, text)
        .array();
  }

  static int nameLength(byte[] header) {
    return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt(NAME_AT);
  }

  static SetRequest parse(byte[] header, byte[] name) {
    ByteBuffer in = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    return new SetRequest(
        in.getInt(COMMAND_AT), new String(name, StandardCharsets.UTF_8), in.getLong(VALUE_AT));
  }
}
