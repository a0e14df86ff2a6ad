package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * 8      uint64                 identity of the set that it builds on, if any
 * </pre>
 *
 * @param complete whether the program stood still: only then can it be restored
 * @param heapAddress where the program's state starts
 * @param parent the identity of the set that it builds on; null when there is none, or a version
 *     wrote it that did not say
 */
public record SetDescription(
    boolean complete,
    String application,
    String configuration,
    String substrate,
    String technique,
    long heapAddress,
    List<Region> regions,
    @Nullable Integer parent)
    implements ImageMessage {
  private static final int KIND = 1;
  private static final int APPLICATION = 2;
  private static final int CONFIGURATION = 3;
  private static final int SUBSTRATE = 4;
  private static final int TECHNIQUE = 5;
  private static final int HEAP_ADDRESS = 6;
  private static final int REGIONS = 7;
  private static final int PARENT = 8;
  private static final int PRE_DUMP = 1;
  private static final int DUMP = 2;

  public SetDescription {
    regions = List.copyOf(regions);
  }

  /** Of a set of which its writer is yet to say what it builds on. */
  public SetDescription(
      boolean complete,
      String application,
      String configuration,
      String substrate,
      String technique,
      long heapAddress,
      List<Region> regions) {
    this(complete, application, configuration, substrate, technique, heapAddress, regions, null);
  }

  SetDescription on(int identity) {
    return new SetDescription(
        complete, application, configuration, substrate, technique, heapAddress, regions, identity);
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
    if (parent != null) {
      out.writeUInt64(PARENT, Integer.toUnsignedLong(parent));
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
    Integer parent = null;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case KIND -> kind = in.uint31();
        case APPLICATION -> application = in.text();
        case CONFIGURATION -> configuration = in.text();
        case SUBSTRATE -> substrate = in.text();
        case TECHNIQUE -> technique = in.text();
        case HEAP_ADDRESS -> heap = in.uint64();
        case REGIONS -> regions.add(in.message("region_entry", RegionEntry::parse).region());
        case PARENT -> parent = (int) in.uint64();
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
        kind == DUMP, application, configuration, substrate, technique, heap, regions, parent);
  }
}
