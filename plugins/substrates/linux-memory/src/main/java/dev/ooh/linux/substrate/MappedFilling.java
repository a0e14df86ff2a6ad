package dev.ooh.linux.substrate;

import static dev.ooh.linux.call.MappingFlags.MAP_FIXED;
import static dev.ooh.linux.call.MappingFlags.MAP_NORESERVE;
import static dev.ooh.linux.call.MappingFlags.MAP_PRIVATE;
import static dev.ooh.linux.call.MappingFlags.O_RDONLY;
import static dev.ooh.linux.call.MappingFlags.PROT_READ;
import static dev.ooh.linux.call.MappingFlags.PROT_WRITE;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.layout.IoVec;
import dev.ooh.memory.FileContents;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Maps files into memory of this process, and reads the rest of it. */
final class MappedFilling implements FileContents.Filling {
  /** Of preadv(2): UIO_MAXIOV of linux/uio.h. */
  private static final int MOST_RANGES = 1024;

  private final long start;
  private final long end;
  private final Runnable done;
  private final LinuxCalls calls = new LinuxCalls();
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment ranges = arena.allocate((long) MOST_RANGES * IoVec.BYTES, Long.BYTES);

  private @Nullable Path file;
  private int fd = -1;

  /** What is to be copied yet: the ranges of the vector, one behind the other in the file. */
  private int count;

  private long from;
  private long to;

  /**
   * @param done runs when everything is there
   */
  MappedFilling(long start, long bytes, Runnable done) {
    this.start = start;
    this.end = start + bytes;
    this.done = done;
  }

  @Override
  public int mostMappings() {
    // Each may leave a piece of what was there on both of its sides.
    return new MappingLimit().room() / 2;
  }

  @Override
  public void map(Path wanted, long offset, long address, long bytes) throws IOException {
    check(address, bytes);
    try {
      open(wanted);
      calls.mmap(
          address,
          bytes,
          PROT_READ | PROT_WRITE,
          MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
          fd,
          offset);
    } catch (CallException e) {
      throw failed(wanted, e);
    }
  }

  @Override
  public void copy(Path wanted, long offset, long address, long bytes) throws IOException {
    check(address, bytes);
    try {
      if (count == MOST_RANGES || offset != to || !wanted.equals(file)) {
        copyGathered();
        open(wanted);
        from = offset;
      }
    } catch (CallException e) {
      throw failed(wanted, e);
    }
    IoVec.set(ranges.asSlice((long) count * IoVec.BYTES, IoVec.BYTES), address, bytes);
    count++;
    to = offset + bytes;
  }

  private void check(long address, long bytes) {
    if (address < start
        || bytes < 1
        || bytes > end - address
        || (address | bytes) % PageSet.PAGE_SIZE != 0) {
      throw new IllegalArgumentException(
          "filling of %d bytes at 0x%x, wanted whole pages of [0x%x, 0x%x)"
              .formatted(bytes, address, start, end));
    }
  }

  private void open(Path wanted) throws CallException, IOException {
    if (!wanted.equals(file)) {
      copyGathered();
      letGo();
      fd = calls.open(wanted.toString(), O_RDONLY);
      file = wanted;
    }
  }

  private void letGo() {
    if (fd >= 0) {
      calls.closeDescriptor(fd);
    }
    fd = -1;
    file = null;
    to = -1;
  }

  private void copyGathered() throws CallException, IOException {
    int left = count;
    count = 0;
    if (left == 0) {
      return;
    }
    long copied = calls.preadv(fd, ranges, left, from);
    if (copied != to - from) {
      copySlowly(left, copied);
    }
  }

  /** The kernel copied less than it was asked to: the rest, range by range. */
  private void copySlowly(int left, long copied) throws CallException, IOException {
    long behind = 0; // of this range in the file, from the first on
    for (int i = 0; i < left; i++) {
      MemorySegment range = ranges.asSlice((long) i * IoVec.BYTES, IoVec.BYTES);
      long bytes = IoVec.length(range);
      long done = Math.clamp(copied - behind, 0, bytes);
      while (done < bytes) {
        MemorySegment rest =
            MemorySegment.ofAddress(IoVec.base(range) + done).reinterpret(bytes - done);
        long more = calls.pread(fd, rest, bytes - done, from + behind + done);
        if (more == 0) {
          throw new IOException(
              "%s at offset %d: found the end, wanted %d bytes more"
                  .formatted(file, from + behind + done, bytes - done));
        }
        done += more;
      }
      behind += bytes;
    }
  }

  private static IOException failed(@Nullable Path file, CallException e) {
    return new IOException("%s: %s".formatted(file, e.getMessage()), e);
  }

  @Override
  public void zero(long address, long bytes) {
    check(address, bytes);
    MemorySegment.ofAddress(address).reinterpret(bytes).fill((byte) 0);
  }

  @Override
  public void close() throws IOException {
    try {
      copyGathered();
    } catch (CallException e) {
      throw failed(file, e);
    } finally {
      letGo();
      arena.close();
      calls.close();
      done.run();
    }
  }
}
