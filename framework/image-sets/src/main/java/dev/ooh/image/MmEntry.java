package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code mm.proto}, its required fields. The addresses of code, stack, heap, arguments and
 * environment are zero: only mappings of tracked memory are dumped.
 *
 * <pre>
 * field   type                name
 * 1 … 11  uint64              mm_start_code … mm_env_end
 * 12      uint32              exe_file_id
 * 14      repeated vma_entry  vmas, ascending
 * </pre>
 */
record MmEntry(int exeFileId, List<VmaEntry> vmas) implements ImageMessage {
  private static final int FIRST_ADDRESS = 1;
  private static final int LAST_ADDRESS = 11;
  private static final int EXE_FILE_ID = 12;
  private static final int VMAS = 14;

  MmEntry {
    vmas = List.copyOf(vmas);
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    for (int field = FIRST_ADDRESS; field <= LAST_ADDRESS; field++) {
      out.writeUInt64(field, 0);
    }
    out.writeUInt32(EXE_FILE_ID, exeFileId);
    for (VmaEntry vma : vmas) {
      out.writeByteArray(VMAS, vma.toByteArray());
    }
  }

  static MmEntry parse(MessageReader in) throws ImageException {
    int exe = 0;
    List<VmaEntry> vmas = new ArrayList<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case EXE_FILE_ID -> exe = in.uint31();
        case VMAS -> vmas.add(in.message("vma_entry", VmaEntry::parse));
        default -> in.skip();
      }
    }
    in.require(EXE_FILE_ID, "exe_file_id");
    return new MmEntry(exe, vmas);
  }
}
