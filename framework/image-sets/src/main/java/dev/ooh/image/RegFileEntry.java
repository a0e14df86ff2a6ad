package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code regfile.proto}, its required fields: the executable.
 *
 * <pre>
 * field  type        name
 * 1      uint32      id
 * 2      uint32      flags, of open(2)
 * 3      uint64      pos
 * 5      fown_entry  fown
 * 6      string      name
 * </pre>
 */
record RegFileEntry(int id, String name) implements ImageMessage {
  private static final int ID = 1;
  private static final int FLAGS = 2;
  private static final int POS = 3;
  private static final int FOWN = 5;
  private static final int NAME = 6;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt32(ID, id);
    out.writeUInt32(FLAGS, 0);
    out.writeUInt64(POS, 0);
    out.writeByteArray(FOWN, new FownEntry().toByteArray());
    out.writeString(NAME, name);
  }
}
