package dev.ooh.image.message;

import com.google.protobuf.CodedOutputStream;
import dev.ooh.image.DumpStatsEntry;
import dev.ooh.image.compression.BlockSizes;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.io.IOException;
import java.util.List;

/**
 * What CRIU's images say of a program of which only tracked memory is dumped: one process of one
 * thread, without code, stack or open files.
 */
public final class CriuImages {
  private static final int IMAGE_VERSION = 1;
  private static final int COMPRESSED_BY_THE_BLOCK = 1;

  /** CRIU's 1.1, of version 2.0 and later. */
  public static final int NEWEST_VERSION = 2;

  private static final int X86_64 = 1;
  private static final int ALIVE = 1;
  private static final int COMM_LENGTH = 15;
  private static final int REGULAR_FILE = 1;
  private static final int EXECUTABLE_ID = 1;

  private static final int PROT_READ_WRITE = 3;
  private static final int PROT_READ_EXECUTE = 5;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int AREA_REGULAR = 1;
  private static final int AREA_VSYSCALL = 1 << 2;
  private static final int ANONYMOUS_PRIVATE = 1 << 9;
  private static final long VSYSCALL = 0xffffffffff600000L;
  private static final int NO_FILE = -1;

  private static final int IN_PARENT = 1;
  private static final int PRESENT = 4;

  private CriuImages() {}

  public static CriuMessages.Inventory inventory() {
    return CriuMessages.Inventory.newBuilder().setImgVersion(IMAGE_VERSION).build();
  }

  /** Of a set whose pages are compressed. */
  public static CriuMessages.Inventory compressedInventory() {
    return inventory().toBuilder()
        .setCompress(COMPRESSED_BY_THE_BLOCK)
        .setCompressBlockSize(BlockSizes.PAGES * PageSet.PAGE_SIZE)
        .build();
  }

  /** Whether it is of such a set. */
  public static boolean isCompressed(CriuMessages.Inventory inventory) {
    return inventory.getCompress() == COMPRESSED_BY_THE_BLOCK;
  }

  /** The root of its tree. */
  public static CriuMessages.Pstree process(int pid) {
    return CriuMessages.Pstree.newBuilder()
        .setPid(pid)
        .setPpid(0)
        .setPgid(pid)
        .setSid(pid)
        .addThreads(pid)
        .build();
  }

  public static CriuMessages.Core core(String name) {
    CriuMessages.Core.Builder core = CriuMessages.Core.newBuilder().setMtype(X86_64);
    core.getTcBuilder()
        .setTaskState(ALIVE)
        .setExitCode(0)
        .setPersonality(0)
        .setFlags(0)
        .setBlkSigset(0)
        .setComm(name.substring(0, Math.min(name.length(), COMM_LENGTH)));
    return core.build();
  }

  /**
   * The mappings of tracked memory, and the one that Linux puts above all others of a process on
   * x86-64: {@code crit x DIR rss} relies on one above the last dumped page.
   */
  public static CriuMessages.Mm mappings(List<Region> regions) {
    CriuMessages.Mm.Builder mm =
        CriuMessages.Mm.newBuilder()
            .setMmStartCode(0)
            .setMmEndCode(0)
            .setMmStartData(0)
            .setMmEndData(0)
            .setMmStartStack(0)
            .setMmStartBrk(0)
            .setMmBrk(0)
            .setMmArgStart(0)
            .setMmArgEnd(0)
            .setMmEnvStart(0)
            .setMmEnvEnd(0)
            .setExeFileId(EXECUTABLE_ID);
    for (Region region : regions) {
      mapping(mm, region.start(), region.end(), PROT_READ_WRITE, AREA_REGULAR);
    }
    mapping(mm, VSYSCALL, VSYSCALL + PageSet.PAGE_SIZE, PROT_READ_EXECUTE, AREA_VSYSCALL);
    return mm.build();
  }

  private static void mapping(
      CriuMessages.Mm.Builder mm, long start, long end, int protection, int status) {
    mm.addVmasBuilder()
        .setStart(start)
        .setEnd(end)
        .setPgoff(0)
        .setShmid(0)
        .setProt(protection)
        .setFlags(MAP_PRIVATE_ANONYMOUS)
        .setStatus(status | ANONYMOUS_PRIVATE)
        .setFd(NO_FILE);
  }

  /** Whether it is of tracked memory. */
  public static boolean isRegular(CriuMessages.Vma mapping) {
    return (mapping.getStatus() & AREA_REGULAR) != 0;
  }

  /** The executable that the process is said to run. */
  public static CriuMessages.File executable(String name) {
    CriuMessages.File.Builder file =
        CriuMessages.File.newBuilder().setType(REGULAR_FILE).setId(EXECUTABLE_ID);
    file.getRegBuilder().setId(EXECUTABLE_ID).setFlags(0).setPos(0).setName(name);
    file.getRegBuilder().getFownBuilder().setUid(0).setEuid(0).setSignum(0).setPidType(0).setPid(0);
    return file.build();
  }

  /** What a dump took. */
  public static CriuMessages.Stats statistics(DumpStatsEntry dump) {
    CriuMessages.Stats.Builder stats = CriuMessages.Stats.newBuilder();
    stats
        .getDumpBuilder()
        .setFreezingTime(saturated(dump.freezingMicros()))
        .setFrozenTime(saturated(dump.frozenMicros()))
        .setMemdumpTime(saturated(dump.memoryDumpMicros()))
        .setMemwriteTime(saturated(dump.memoryWriteMicros()))
        .setPagesScanned(dump.pagesScanned())
        .setPagesSkippedParent(dump.pagesSkippedParent())
        .setPagesWritten(dump.pagesWritten())
        .setIrmapResolve(0)
        .setPagesLazy(0);
    return stats.build();
  }

  private static int saturated(long micros) {
    return (int) Math.min(micros, 0xffffffffL);
  }

  static CriuMessages.PagemapHead pagemapHead(int pagesId) {
    return CriuMessages.PagemapHead.newBuilder().setPagesId(pagesId).build();
  }

  /** Writes a run of pages, either the next ones of the pages file or those of the parent set. */
  static void writePages(CodedOutputStream out, long start, long count, boolean inParent)
      throws IOException {
    int flags = inParent ? IN_PARENT : PRESENT;
    int length =
        CodedOutputStream.computeUInt64Size(CriuMessages.PagemapEntry.VADDR_FIELD_NUMBER, start)
            + CodedOutputStream.computeUInt32Size(
                CriuMessages.PagemapEntry.NR_PAGES_LOW_FIELD_NUMBER, (int) count)
            + CodedOutputStream.computeUInt32Size(
                CriuMessages.PagemapEntry.FLAGS_FIELD_NUMBER, flags)
            + CodedOutputStream.computeUInt64Size(
                CriuMessages.PagemapEntry.NR_PAGES_FIELD_NUMBER, count);
    if (inParent) {
      length +=
          CodedOutputStream.computeBoolSize(
              CriuMessages.PagemapEntry.IN_PARENT_FIELD_NUMBER, inParent);
    }
    out.writeFixed32NoTag(length);
    out.writeUInt64(CriuMessages.PagemapEntry.VADDR_FIELD_NUMBER, start);
    out.writeUInt32(CriuMessages.PagemapEntry.NR_PAGES_LOW_FIELD_NUMBER, (int) count);
    if (inParent) {
      out.writeBool(CriuMessages.PagemapEntry.IN_PARENT_FIELD_NUMBER, inParent);
    }
    out.writeUInt32(CriuMessages.PagemapEntry.FLAGS_FIELD_NUMBER, flags);
    out.writeUInt64(CriuMessages.PagemapEntry.NR_PAGES_FIELD_NUMBER, count);
  }

  /**
   * Writes a run of present pages that are compressed.
   *
   * @param first of its blocks, of which {@code sizes} knows how long they are
   * @return the block after its last one
   */
  static int writeBlocks(CodedOutputStream out, long start, long count, BlockSizes sizes, int first)
      throws IOException {
    CriuMessages.PagemapBlocks.Builder blocks =
        CriuMessages.PagemapBlocks.newBuilder().setPagesPerBlock(BlockSizes.PAGES);
    int after = first + Math.toIntExact(BlockSizes.count(count, BlockSizes.PAGES));
    long total = 0;
    for (int block = first; block < after; block++) {
      blocks.addBlockSizes(sizes.size(block)).addBlockDigests(sizes.digest(block));
      total += sizes.size(block);
    }
    CriuMessages.PagemapEntry entry =
        CriuMessages.PagemapEntry.newBuilder()
            .setVaddr(start)
            .setNrPagesLow((int) count)
            .setFlags(PRESENT)
            .setNrPages(count)
            .setBlocks(blocks.setTotalPayloadSize(total))
            .build();
    out.writeFixed32NoTag(entry.getSerializedSize());
    entry.writeTo(out);
    return after;
  }

  /** Whether a run of such flags is one of the parent set, and not in the pages file. */
  static boolean isInParent(int flags, boolean said) {
    return said || (flags & IN_PARENT) != 0;
  }

  /** Whether a run of such flags is in the pages file. */
  static boolean isPresent(int flags) {
    return (flags & PRESENT) != 0;
  }
}
