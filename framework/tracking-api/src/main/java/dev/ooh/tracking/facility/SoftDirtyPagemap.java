package dev.ooh.tracking.facility;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.Gathered.Unseen;
import java.util.List;

/**
 * Classic soft-dirty tracking: {@code /proc/PID/pagemap} bit 55 and {@code clear_refs} (Linux
 * Documentation/admin-guide/mm/soft-dirty.rst). Reading and clearing are two steps and clearing is
 * process-wide, so a caller must stop the writers across both, and must read every range it watches
 * before it clears.
 */
public interface SoftDirtyPagemap {
  /** The pages of {@code ranges} whose soft-dirty bit is set. One pagemap entry is read a page. */
  PageSet readSoftDirty(PageSet ranges) throws FacilityException;

  /** Writes 4 to {@code clear_refs}: clears the bit of every page of the process and re-arms. */
  void clearSoftDirty() throws FacilityException;

  /**
   * How often the bits were cleared so far, for whomever. Who reads the bits and finds another
   * number afterwards than after clearing them itself doesn't know what was written in between.
   */
  default long clears() {
    return 0;
  }

  /**
   * What pages hold that can be taken from them together with the bit, so that they read as clean
   * though they changed. A page that had contents of its own when the bits were cleared, and has
   * none any more, was changed.
   *
   * @param own pages with contents of their own, in memory or in swap
   * @param vague pages of which that can't be told: they hold zeros, or share what they hold
   */
  record Contents(PageSet own, PageSet vague) {
    /** Nothing can be taken. */
    public static final Contents NONE = new Contents(PageSet.empty(), PageSet.empty());
  }

  /**
   * What {@code ranges} hold now. Nothing where a kernel keeps the bit whatever becomes of the
   * entry, which costs nothing then.
   */
  default Contents readContents(PageSet ranges) throws FacilityException {
    return Contents.NONE;
  }

  /**
   * What of {@code ranges} this can't tell writes of, with the reasons: of pages whose contents are
   * taken and come back without a trace.
   */
  default List<Unseen> refused(PageSet ranges) throws FacilityException {
    return List.of();
  }
}
