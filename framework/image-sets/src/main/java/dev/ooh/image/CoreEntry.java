package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code core.proto}, the part that {@code crit} needs. There are no registers to keep: the program
 * goes on from what lies in its memory.
 *
 * <pre>
 * field  type             name
 * 1      enum             mtype, 1 = x86_64
 * 3      task_core_entry  tc
 * </pre>
 */
record CoreEntry(TaskCoreEntry task) implements ImageMessage {
  private static final int MTYPE = 1;
  private static final int TC = 3;
  private static final int X86_64 = 1;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeEnum(MTYPE, X86_64);
    out.writeByteArray(TC, task.toByteArray());
  }
}
