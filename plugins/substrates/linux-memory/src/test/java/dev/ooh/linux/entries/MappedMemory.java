package dev.ooh.linux.entries;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of one kind, every page full of ones, aligned to a huge page. Of huge pages there are two,
 * so that one stays whole where the other is split; of other memory there is as much as one.
 */
final class MappedMemory implements AutoCloseable {
  static final int PAGE = PageSet.PAGE_SIZE;
  private static final long HUGE = 2L << 20;
  private static final int MAP_HUGETLB = 0x40000;
  private static final int READ_WRITE = MappingFlags.PROT_READ | MappingFlags.PROT_WRITE;
  private static final int ANONYMOUS = MappingFlags.MAP_PRIVATE | MappingFlags.MAP_ANONYMOUS;

  /** What backs it. */
  enum Kind {
    ANONYMOUS,
    HUGE_PAGES,
    SHARED_ANONYMOUS,
    MEMFD,
    PRIVATE_MEMFD,
    SHARED_FILE,
    PRIVATE_FILE,
    HUGETLB,
    SHARED_HUGETLB;

    boolean shared() {
      return this == SHARED_ANONYMOUS
          || this == MEMFD
          || this == SHARED_FILE
          || this == SHARED_HUGETLB;
    }

    boolean anonymous() {
      return this == ANONYMOUS || this == HUGE_PAGES;
    }

    boolean hugetlb() {
      return this == HUGETLB || this == SHARED_HUGETLB;
    }

    boolean file() {
      return this == MEMFD || this == PRIVATE_MEMFD || this == SHARED_FILE || this == PRIVATE_FILE;
    }
  }

  final Kind kind;

  /** How long it is. */
  final long bytes;

  private final LinuxCalls calls = new LinuxCalls();
  private final int fd;
  private final long start;

  MappedMemory(Kind kind, Path folder) throws Exception {
    this(kind, kind == Kind.HUGE_PAGES || kind.hugetlb() ? 2 * HUGE : HUGE, folder);
  }

  MappedMemory(Kind kind, long bytes, Path folder) throws Exception {
    this.kind = kind;
    this.bytes = bytes;
    fd = descriptor(folder);
    long span = calls.mmap(0, bytes + HUGE, MappingFlags.PROT_NONE, ANONYMOUS, -1, 0);
    start = (span + HUGE - 1) & -HUGE;
    map();
    if (kind == Kind.HUGE_PAGES) {
      calls.madvise(start, bytes, MappingFlags.MADV_HUGEPAGE);
    }
    all().fill((byte) 1);
    if (kind == Kind.HUGE_PAGES && !hugePages()) {
      abort("no transparent huge pages here");
    }
  }

  /** Whether all of it is huge pages now. */
  boolean hugePages() throws IOException {
    String head = Long.toHexString(start) + "-";
    boolean inside = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        inside = line.startsWith(head);
      } else if (inside && line.startsWith("AnonHugePages:")) {
        return line.matches("AnonHugePages: +" + bytes / 1024 + " kB");
      }
    }
    return false;
  }

  private int descriptor(Path folder) throws CallException, IOException {
    return switch (kind) {
      case MEMFD, PRIVATE_MEMFD -> {
        int memfd = calls.memfdCreate("entries");
        calls.ftruncate(memfd, bytes);
        yield memfd;
      }
      case SHARED_FILE, PRIVATE_FILE -> {
        Path file = Files.createTempFile(folder, "entries", "");
        Files.write(file, new byte[(int) bytes]);
        yield calls.open(file.toString(), MappingFlags.O_RDWR);
      }
      default -> -1;
    };
  }

  /** Maps it, or maps it anew over whatever is there. */
  void map() throws CallException {
    int flags = kind.shared() ? MappingFlags.MAP_SHARED : MappingFlags.MAP_PRIVATE;
    flags |= MappingFlags.MAP_FIXED | (kind.hugetlb() ? MAP_HUGETLB : 0);
    flags |= kind.file() ? 0 : MappingFlags.MAP_ANONYMOUS;
    try {
      calls.mmap(start, bytes, READ_WRITE, flags, fd, 0);
    } catch (CallException e) {
      if (kind.hugetlb()) {
        abort("no huge pages are set aside: sysctl vm.nr_hugepages");
      }
      throw e;
    }
  }

  int fd() {
    return fd;
  }

  long start() {
    return start;
  }

  long page(int number) {
    return start + (long) number * PAGE;
  }

  PageSet pages() {
    return PageSet.of(start, start + bytes);
  }

  MemorySegment all() {
    return MemorySegment.ofAddress(start).reinterpret(bytes);
  }

  MemorySegment segment(int page) {
    return all().asSlice((long) page * PAGE, PAGE);
  }

  byte[] contents() {
    return all().toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() throws CallException {
    calls.munmap(start, bytes);
    if (fd >= 0) {
      calls.closeDescriptor(fd);
    }
    calls.close();
  }
}
