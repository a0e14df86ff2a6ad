package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code pstree.proto}. One process with one thread, itself the root of its tree.
 *
 * <pre>
 * field  type             name
 * 1      uint32           pid
 * 2      uint32           ppid, 0 for the root
 * 3      uint32           pgid
 * 4      uint32           sid
 * 5      repeated uint32  threads
 * </pre>
 */
record PstreeEntry(int pid) implements ImageMessage {
  private static final int PID = 1;
  private static final int PPID = 2;
  private static final int PGID = 3;
  private static final int SID = 4;
  private static final int THREADS = 5;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt32(PID, pid);
    out.writeUInt32(PPID, 0);
    out.writeUInt32(PGID, pid);
    out.writeUInt32(SID, pid);
    out.writeUInt32(THREADS, pid);
  }

  static PstreeEntry parse(MessageReader in) throws ImageException {
    int pid = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      if (field == PID) {
        pid = in.uint31();
      } else {
        in.skip();
      }
    }
    in.require(PID, "pid");
    return new PstreeEntry(pid);
  }
}
