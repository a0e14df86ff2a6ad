package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What an image set is of, and what a restore needs besides memory.
 *
 * <pre>
 * field  type                   name
 * 1      uint32                 kind: 1 pre-dump, 2 dump
 * 2      string                 application, by name
 * 3      string                 configuration, for people
 * 4      string                 substrate
 * 5      string                 technique that gathered the pages
 * 6      uint64                 address of the program's heap
 * 7      repeated region_entry  mappings, ascending
 * </pre>
 *
 * @param complete whether the program stood still: only then can it be restored
 * @param heapAddress where the program's state starts
 */
public record SetDescription(
    boolean complete,
    String application,
    String configuration,
    String substrate,
    String technique,
    long heapAddress,
    List<Region> regions)
    implements ImageMessage {
  private static final int KIND = 1;
  private static final int APPLICATION = 2;
  private static final int CONFIGURATION = 3;
  private static final int SUBSTRATE = 4;
  private static final int TECHNIQUE = 5;
  private static final int HEAP_ADDRESS = 6;
  private static final int REGIONS = 7;
  private static final int PRE_DUMP = 1;
  private static final int DUMP = 2;

  public SetDescription {
    regions = List.copyOf(regions);
  }

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt32(KIND, complete ? DUMP : PRE_DUMP);
    out.writeString(APPLICATION, application);
    out.writeString(CONFIGURATION, configuration);
    out.writeString(SUBSTRATE, substrate);
    out.writeString(TECHNIQUE, technique);
    out.writeUInt64(HEAP_ADDRESS, heapAddress);
    for (Region region : regions) {
      out.writeByteArray(REGIONS, new RegionEntry(region).toByteArray());
    }
  }

  static SetDescription parse(MessageReader in) throws ImageException {
    int kind = 0;
    String application = "";
    String configuration = "";
    String substrate = "";
    String technique = "";
    long heap = 0;
    List<Region> regions = new ArrayList<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case KIND -> kind = in.uint31();
        case APPLICATION -> application = in.text();
        case CONFIGURATION -> configuration = in.text();
        case SUBSTRATE -> substrate = in.text();
        case TECHNIQUE -> technique = in.text();
        case HEAP_ADDRESS -> heap = in.uint64();
        case REGIONS -> regions.add(in.message("region_entry", RegionEntry::parse).region());
        default -> in.skip();
      }
    }
    in.require(APPLICATION, "application");
    in.require(SUBSTRATE, "substrate");
    in.require(HEAP_ADDRESS, "heap address");
    if (kind != PRE_DUMP && kind != DUMP) {
      throw in.wrong("kind " + kind, PRE_DUMP + " (pre-dump) or " + DUMP + " (dump)");
    }
    return new SetDescription(
        kind == DUMP, application, configuration, substrate, technique, heap, regions);
  }
}
