package dev.ooh.image;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/**
 * {@code pagemap_entry} of {@code pagemap.proto}: a run of pages, either the next ones of the pages
 * file or those of the parent set.
 *
 * <pre>
 * field  type    name
 * 1      uint64  vaddr
 * 2      uint32  nr_pages, required; the low 32 bits
 * 3      bool    in_parent, of old versions
 * 4      uint32  flags: 1 parent, 2 lazy, 4 present
 * 5      uint64  nr_pages, CRIU 4.2 and above
 * </pre>
 *
 * Both counts are written, so that every version reads the same.
 */
record PagemapEntry(long address, long pages, boolean inParent) implements ImageMessage {
  private static final int VADDR = 1;
  private static final int NR_PAGES_32 = 2;
  private static final int IN_PARENT = 3;
  private static final int FLAGS = 4;
  private static final int NR_PAGES_64 = 5;
  private static final int PARENT = 1;
  private static final int PRESENT = 4;

  @Override
  public void writeTo(CodedOutputStream out) throws IOException {
    out.writeUInt64(VADDR, address);
    out.writeUInt32(NR_PAGES_32, (int) pages);
    if (inParent) {
      out.writeBool(IN_PARENT, true);
    }
    out.writeUInt32(FLAGS, inParent ? PARENT : PRESENT);
    out.writeUInt64(NR_PAGES_64, pages);
  }

  static PagemapEntry parse(MessageReader in) throws ImageException {
    long address = 0;
    long pages = 0;
    boolean wide = false;
    boolean legacyParent = false;
    int flags = -1;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case VADDR -> address = in.uint64();
        case NR_PAGES_32 -> {
          long low = Integer.toUnsignedLong(in.uint32());
          pages = wide ? pages : low;
        }
        case IN_PARENT -> legacyParent = in.uint64() != 0;
        case FLAGS -> flags = in.uint32();
        case NR_PAGES_64 -> {
          pages = in.uint64();
          wide = true;
        }
        default -> in.skip();
      }
    }
    in.require(VADDR, "vaddr");
    in.require(NR_PAGES_32, "nr_pages");
    boolean parent = legacyParent || (flags != -1 && (flags & PARENT) != 0);
    boolean present = flags == -1 ? !parent : (flags & PRESENT) != 0;
    if (parent == present) {
      throw in.wrong("flags %d".formatted(flags), "either 1 (parent) or 4 (present)");
    }
    return new PagemapEntry(address, pages, parent);
  }
}
