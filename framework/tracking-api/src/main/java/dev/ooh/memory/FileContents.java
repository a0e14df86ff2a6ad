package dev.ooh.memory;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Gives memory its contents from files without reading them first: each page is read when it is
 * first touched, and becomes a copy of the process's own when it is first written (private file
 * mappings of mmap(2)). Nothing is ever written to a file.
 *
 * <p>A file may be removed or renamed as soon as it is mapped. Nobody may write to it or truncate
 * it, for that would change or take away what memory holds. An access to a page that the disk can't
 * read fails as one to a hole does.
 *
 * <p>Consumers find it by {@link AddressSpace#facility}; a substrate without it has to be filled.
 */
public interface FileContents {
  /**
   * Begins to fill a mapped region of private memory, which nobody else touches until the filling
   * is closed. Then the region counts as mapped anew: the next interval reports all of it.
   *
   * @throws MemoryAccessException if it is not a mapped region of this space
   */
  Filling fill(Region region);

  /** For one thread. Ranges are of whole pages. What is neither mapped nor copied stays zeros. */
  interface Filling extends AutoCloseable {
    /**
     * How many more ranges can be mapped before the process comes near the kernel's limit of
     * mappings (vm.max_map_count).
     */
    int mostMappings();

    /**
     * Lets {@code bytes} from {@code address} on be what {@code file} has from {@code offset} on.
     *
     * @throws IOException if the kernel refuses, naming the file
     */
    void map(Path file, long offset, long address, long bytes) throws IOException;

    /**
     * Copies from a file, also over what was mapped; at the latest when this is closed. Ranges that
     * follow each other in a file are copied together.
     *
     * @throws IOException if the file can't be read or ends before
     */
    void copy(Path file, long offset, long address, long bytes) throws IOException;

    /** Writes zeros over what was mapped. */
    void zero(long address, long bytes);

    /** Throws as {@link #copy}. */
    @Override
    void close() throws IOException;
  }
}
