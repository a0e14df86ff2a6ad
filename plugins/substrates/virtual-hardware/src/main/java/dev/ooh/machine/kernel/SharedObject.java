package dev.ooh.machine.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Memory that several mappings may show: shared anonymous memory (a memfd) or a file's cached
 * pages. A page gets its frame when it is first touched, in all mappings at once, and keeps it
 * until the last mapping goes.
 */
public final class SharedObject {
  private final TreeMap<Long, Long> frames = new TreeMap<>();
  private final List<Mapping> mappings = new ArrayList<>();
  private final Contents contents;

  /**
   * @param contents what a page holds when it gets its frame, and where it goes at the end
   */
  public SharedObject(Contents contents) {
    this.contents = contents;
  }

  /** Whether any mapping shows it. */
  public boolean isMapped() {
    return !mappings.isEmpty();
  }

  void attach(UserProcess process, Vma vma) {
    mappings.add(new Mapping(process, vma));
  }

  void detach(Vma vma) {
    mappings.removeIf(mapping -> mapping.vma == vma);
  }

  /** Calls back with each address at which the page is mapped, in the order of the mappings. */
  void forEachAddress(long offset, AddressVisitor visitor) {
    for (Mapping mapping : List.copyOf(mappings)) {
      Vma vma = mapping.vma;
      if (offset >= vma.objectOffset && offset < vma.objectOffset + (vma.end - vma.start)) {
        visitor.address(mapping.process, vma.start + offset - vma.objectOffset);
      }
    }
  }

  Contents contents() {
    return contents;
  }

  /** The GPA of the page's frame; 0 if it has none yet. */
  long frame(long offset) {
    return frames.getOrDefault(offset, 0L);
  }

  void setFrame(long offset, long gpa) {
    frames.put(offset, gpa);
  }

  void forEachFrame(PageVisitor visitor) {
    frames.forEach(visitor::page);
  }

  void forgetFrames(LongConsumer gpas) {
    frames.values().forEach(gpas::accept);
    frames.clear();
  }

  private record Mapping(UserProcess process, Vma vma) {}

  /** Receives one page of a process. */
  @FunctionalInterface
  interface AddressVisitor {
    void address(UserProcess process, long gva);
  }

  /** What is behind a shared object. */
  public interface Contents {
    /** Zeroes, and nobody wants them back. */
    Contents ZERO =
        new Contents() {
          @Override
          public void load(long offset, byte[] page) {}

          @Override
          public void store(long offset, byte[] page) {}
        };

    /** Fills a zeroed page of 4 KiB. If it throws, the page gets no frame. */
    void load(long offset, byte[] page);

    /**
     * Takes a page that was written, before its frame is freed, which it is if this throws, too.
     */
    void store(long offset, byte[] page);
  }

  /** Receives one page of the object. */
  @FunctionalInterface
  interface PageVisitor {
    void page(long offset, long gpa);
  }
}
