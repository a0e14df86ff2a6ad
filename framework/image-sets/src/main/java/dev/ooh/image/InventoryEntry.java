package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code inventory.proto}, the part needed.
 *
 * <pre>
 * field  type    name
 * 1      uint32  img_version, 1 since CRIU 1.6
 * </pre>
 */
record InventoryEntry(int imageVersion) implements ImageMessage {
  static final int VERSION = 1;
  private static final int IMG_VERSION = 1;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt32(IMG_VERSION, imageVersion);
  }

  static InventoryEntry parse(MessageReader in) throws ImageException {
    int version = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      if (field == IMG_VERSION) {
        version = in.uint31();
      } else {
        in.skip();
      }
    }
    in.require(IMG_VERSION, "img_version");
    return new InventoryEntry(version);
  }
}
