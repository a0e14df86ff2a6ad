package dev.ooh.machine.kernel;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Memory that several mappings may show: shared anonymous memory (a memfd) or a file's cached
 * pages. A page gets its frame when it is first touched, and keeps it until the last mapping goes.
 */
public final class SharedObject {
  private final String name;
  private final Map<Long, Long> frames = new HashMap<>();
  private final Contents contents;
  int mappings;

  /**
   * @param contents what a page holds when it gets its frame, and where it goes at the end
   */
  public SharedObject(String name, Contents contents) {
    this.name = name;
    this.contents = contents;
  }

  public String name() {
    return name;
  }

  /** Whether any mapping shows it. */
  public boolean isMapped() {
    return mappings > 0;
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

    /** Fills a zeroed page of 4 KiB. */
    void load(long offset, byte[] page);

    /** Takes a page that was written, before its frame is freed. */
    void store(long offset, byte[] page);
  }

  /** Receives one page of the object. */
  @FunctionalInterface
  interface PageVisitor {
    void page(long offset, long gpa);
  }
}
