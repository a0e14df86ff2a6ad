package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code dump_stats_entry} of {@code stats.proto}. Times are in microseconds, simulated where the
 * dump's clock is.
 *
 * <pre>
 * field  type    name
 * 1      uint32  freezing_time, until all writers stood still
 * 2      uint32  frozen_time, while they did
 * 3      uint32  memdump_time, finding out which pages to write
 * 4      uint32  memwrite_time, writing them
 * 5      uint64  pages_scanned
 * 6      uint64  pages_skipped_parent
 * 7      uint64  pages_written
 * 8      uint32  irmap_resolve
 * 9      uint64  pages_lazy
 * </pre>
 */
public record DumpStatsEntry(
    long freezingMicros,
    long frozenMicros,
    long memoryDumpMicros,
    long memoryWriteMicros,
    long pagesScanned,
    long pagesSkippedParent,
    long pagesWritten)
    implements ImageMessage {
  private static final int FREEZING_TIME = 1;
  private static final int FROZEN_TIME = 2;
  private static final int MEMDUMP_TIME = 3;
  private static final int MEMWRITE_TIME = 4;
  private static final int PAGES_SCANNED = 5;
  private static final int PAGES_SKIPPED_PARENT = 6;
  private static final int PAGES_WRITTEN = 7;
  private static final int IRMAP_RESOLVE = 8;
  private static final int PAGES_LAZY = 9;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt32(FREEZING_TIME, saturated(freezingMicros));
    out.writeUInt32(FROZEN_TIME, saturated(frozenMicros));
    out.writeUInt32(MEMDUMP_TIME, saturated(memoryDumpMicros));
    out.writeUInt32(MEMWRITE_TIME, saturated(memoryWriteMicros));
    out.writeUInt64(PAGES_SCANNED, pagesScanned);
    out.writeUInt64(PAGES_SKIPPED_PARENT, pagesSkippedParent);
    out.writeUInt64(PAGES_WRITTEN, pagesWritten);
    out.writeUInt32(IRMAP_RESOLVE, 0);
    out.writeUInt64(PAGES_LAZY, 0);
  }

  private static int saturated(long micros) {
    return (int) Math.min(micros, 0xffffffffL);
  }
}
