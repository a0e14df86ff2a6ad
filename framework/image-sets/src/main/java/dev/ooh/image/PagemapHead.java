package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code pagemap_head} of {@code pagemap.proto}: the first entry of a pagemap.
 *
 * <pre>
 * field  type    name
 * 1      uint32  pages_id, N of pages-N.img
 * </pre>
 */
record PagemapHead(int pagesId) implements ImageMessage {
  private static final int PAGES_ID = 1;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt32(PAGES_ID, pagesId);
  }

  static PagemapHead parse(MessageReader in) throws ImageException {
    int id = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      if (field == PAGES_ID) {
        id = in.uint31();
      } else {
        in.skip();
      }
    }
    in.require(PAGES_ID, "pages_id");
    return new PagemapHead(id);
  }
}
