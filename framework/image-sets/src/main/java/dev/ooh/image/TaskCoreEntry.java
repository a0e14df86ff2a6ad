package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code task_core_entry} of {@code core.proto}, its required fields.
 *
 * <pre>
 * field  type    name
 * 1      uint32  task_state, 1 = alive
 * 2      uint32  exit_code
 * 3      uint32  personality
 * 4      uint32  flags
 * 5      uint64  blk_sigset
 * 6      string  comm, at most 15 bytes
 * </pre>
 */
record TaskCoreEntry(String comm) implements ImageMessage {
  private static final int TASK_STATE = 1;
  private static final int EXIT_CODE = 2;
  private static final int PERSONALITY = 3;
  private static final int FLAGS = 4;
  private static final int BLK_SIGSET = 5;
  private static final int COMM = 6;
  private static final int ALIVE = 1;
  private static final int COMM_LENGTH = 15;

  TaskCoreEntry {
    comm = comm.substring(0, Math.min(comm.length(), COMM_LENGTH));
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt32(TASK_STATE, ALIVE);
    out.writeUInt32(EXIT_CODE, 0);
    out.writeUInt32(PERSONALITY, 0);
    out.writeUInt32(FLAGS, 0);
    out.writeUInt64(BLK_SIGSET, 0);
    out.writeString(COMM, comm);
  }
}
