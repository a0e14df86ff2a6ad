package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code stats_entry} of {@code stats.proto}.
 *
 * <pre>
 * field  type              name
 * 1      dump_stats_entry  dump
 * </pre>
 */
record StatsEntry(DumpStatsEntry dump) implements ImageMessage {
  private static final int DUMP = 1;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeByteArray(DUMP, dump.toByteArray());
  }
}
