package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import dev.ooh.memory.Region;
import java.io.IOException;

/**
 * A mapping by its name; CRIU's own {@code vma_entry} has none.
 *
 * <pre>
 * field  type    name
 * 1      string  name
 * 2      uint64  start
 * 3      uint64  bytes
 * </pre>
 */
record RegionEntry(Region region) implements ImageMessage {
  private static final int NAME = 1;
  private static final int START = 2;
  private static final int BYTES = 3;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeString(NAME, region.name());
    out.writeUInt64(START, region.start());
    out.writeUInt64(BYTES, region.bytes());
  }

  static RegionEntry parse(MessageReader in) throws ImageException {
    String name = "";
    long start = 0;
    long bytes = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case NAME -> name = in.text();
        case START -> start = in.uint64();
        case BYTES -> bytes = in.uint64();
        default -> in.skip();
      }
    }
    in.require(START, "start");
    in.require(BYTES, "bytes");
    try {
      return new RegionEntry(new Region(name, start, bytes));
    } catch (IllegalArgumentException e) {
      throw in.wrong("0x%x bytes at 0x%x".formatted(bytes, start), "whole pages");
    }
  }
}
