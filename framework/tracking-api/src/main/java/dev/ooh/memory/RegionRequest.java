package dev.ooh.memory;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What to map.
 *
 * @param name for messages and image files
 * @param bytes wanted length; rounded up to whole pages
 * @param address where, a multiple of the page size; empty lets the space choose
 * @param kind what backs the pages
 * @param file the file behind {@link Kind#FILE}, empty otherwise
 * @param hugePages whether the substrate may back the region by 2 MiB pages
 */
public record RegionRequest(
    String name,
    long bytes,
    Optional<Long> address,
    Kind kind,
    Optional<Path> file,
    boolean hugePages) {

  /** What backs a region. */
  public enum Kind {
    /** Zero-filled private memory. */
    ANONYMOUS,
    /** Shared memory without a name in the file system. */
    MEMFD,
    /** A file, shared. */
    FILE
  }

  public RegionRequest {
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "region " + name + " has " + bytes + " bytes, wanted 1 or more");
    }
    if (file.isPresent() != (kind == Kind.FILE)) {
      throw new IllegalArgumentException(
          "region " + name + " is " + kind + " with file " + file + ", wanted both or neither");
    }
    bytes = (bytes + PageSet.PAGE_SIZE - 1) & -PageSet.PAGE_SIZE;
  }

  public static RegionRequest anonymous(String name, long bytes) {
    return new RegionRequest(
        name, bytes, Optional.empty(), Kind.ANONYMOUS, Optional.empty(), false);
  }

  public RegionRequest at(long newAddress) {
    return new RegionRequest(name, bytes, Optional.of(newAddress), kind, file, hugePages);
  }

  public RegionRequest withHugePages() {
    return new RegionRequest(name, bytes, address, kind, file, true);
  }
}
