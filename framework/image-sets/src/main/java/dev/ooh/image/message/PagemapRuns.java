package dev.ooh.image.message;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.ooh.image.ImageException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a pagemap, one after another, without an object for each. What is not as the library
 * that others are read by would have it is left to that library, which says what is wrong. For one
 * thread.
 */
public final class PagemapRuns {
  private static final int VADDR = varint(CriuMessages.PagemapEntry.VADDR_FIELD_NUMBER);
  private static final int NR_PAGES_LOW =
      varint(CriuMessages.PagemapEntry.NR_PAGES_LOW_FIELD_NUMBER);
  private static final int IN_PARENT = varint(CriuMessages.PagemapEntry.IN_PARENT_FIELD_NUMBER);
  private static final int FLAGS = varint(CriuMessages.PagemapEntry.FLAGS_FIELD_NUMBER);
  private static final int NR_PAGES = varint(CriuMessages.PagemapEntry.NR_PAGES_FIELD_NUMBER);
  private static final int BLOCKS =
      CriuMessages.PagemapEntry.BLOCKS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private final Entries in;
  private CodedInputStream coded;

  /** Where that begins. */
  private int base;

  private long start;
  private long count;
  private int flags;
  private boolean saidInParent;
  private CriuMessages.@Nullable PagemapBlocks blocks;

  public PagemapRuns(Entries in) {
    this.in = in;
    base = in.position();
    coded = in.coded(base);
  }

  private static int varint(int field) {
    return field << 3 | WireFormat.WIRETYPE_VARINT;
  }

  public boolean hasNext() {
    return in.hasNext();
  }

  /** Goes to the next run. */
  public void next() throws ImageException {
    int begin = in.position() + Integer.BYTES;
    int length = in.skip("pagemap_entry");
    blocks = null;
    if (!isPlain(begin, length)) {
      CriuMessages.PagemapEntry entry =
          in.again("pagemap_entry", begin, length, CriuMessages.PagemapEntry.parser()).message();
      start = entry.getVaddr();
      count =
          entry.hasNrPages() ? entry.getNrPages() : Integer.toUnsignedLong(entry.getNrPagesLow());
      flags = entry.getFlags();
      saidInParent = entry.getInParent();
      blocks = entry.hasBlocks() ? entry.getBlocks() : null;
      base = begin + length;
      coded = in.coded(base);
    }
    if (isInParent() == CriuImages.isPresent(flags)) {
      throw in.wrong(
          begin, "pagemap_entry", "flags %d".formatted(flags), "either 1 (parent) or 4 (present)");
    }
  }

  private boolean isPlain(int begin, int length) {
    try {
      coded.skipRawBytes(begin - base - coded.getTotalBytesRead());
      int outer = coded.pushLimit(length);
      boolean plain = read();
      coded.popLimit(outer);
      return plain;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean read() throws IOException {
    long low = -1;
    long all = -1;
    boolean hasAll = false;
    start = -1;
    flags = -1;
    saidInParent = false;
    int tag;
    while ((tag = coded.readTag()) != 0) {
      if (tag == VADDR) {
        start = coded.readUInt64();
      } else if (tag == NR_PAGES_LOW) {
        low = Integer.toUnsignedLong(coded.readUInt32());
      } else if (tag == IN_PARENT) {
        saidInParent = coded.readBool();
      } else if (tag == FLAGS) {
        flags = coded.readUInt32();
      } else if (tag == NR_PAGES) {
        all = coded.readUInt64();
        hasAll = true;
      } else if (tag == BLOCKS || !coded.skipField(tag)) {
        return false;
      }
    }
    count = hasAll ? all : low;
    return coded.isAtEnd() && start >= 0 && low >= 0 && flags >= 0;
  }

  public long start() {
    return start;
  }

  public long count() {
    return count;
  }

  /** How they lie in the pages file; null where they are not compressed. */
  public CriuMessages.@Nullable PagemapBlocks blocks() {
    return blocks;
  }

  public boolean isInParent() {
    return CriuImages.isInParent(flags, saidInParent);
  }
}
