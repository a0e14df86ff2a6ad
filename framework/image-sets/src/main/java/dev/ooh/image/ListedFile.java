package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * A file of the set, as the manifest lists it.
 *
 * <pre>
 * field  type     name
 * 1      string   name, in the set's directory
 * 2      uint64   bytes
 * 3      fixed32  CRC32C of the contents; 0 for the pages, which have a digest each
 * </pre>
 */
record ListedFile(String name, long bytes, int digest) implements ImageMessage {
  private static final int NAME = 1;
  private static final int BYTES = 2;
  private static final int DIGEST = 3;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeString(NAME, name);
    out.writeUInt64(BYTES, bytes);
    out.writeFixed32(DIGEST, digest);
  }

  static ListedFile parse(MessageReader in) throws ImageException {
    String name = "";
    long bytes = 0;
    int digest = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case NAME -> name = in.text();
        case BYTES -> bytes = in.uint64();
        case DIGEST -> digest = in.fixed32();
        default -> in.skip();
      }
    }
    in.require(NAME, "name");
    in.require(BYTES, "bytes");
    in.require(DIGEST, "digest");
    return new ListedFile(name, bytes, digest);
  }
}
