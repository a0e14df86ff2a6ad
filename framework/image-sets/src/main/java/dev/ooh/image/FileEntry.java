package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code file_entry} of {@code fdinfo.proto}, for a regular file.
 *
 * <pre>
 * field  type            name
 * 1      enum            type, 1 = regular
 * 2      uint32          id
 * 3      reg_file_entry  reg
 * </pre>
 */
record FileEntry(RegFileEntry file) implements ImageMessage {
  private static final int TYPE = 1;
  private static final int ID = 2;
  private static final int REG = 3;
  private static final int REGULAR = 1;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeEnum(TYPE, REGULAR);
    out.writeUInt32(ID, file.id());
    out.writeByteArray(REG, file.toByteArray());
  }
}
