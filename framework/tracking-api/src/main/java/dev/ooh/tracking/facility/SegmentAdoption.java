package dev.ooh.tracking.facility;

import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.lang.foreign.MemorySegment;

/**
 * Tracks memory that the space did not map: a segment of the program's own arena. Its bytes are
 * accessed through the segment, not through the space's memory, and stay when the space closes.
 */
public interface SegmentAdoption {
  /**
   * Makes the pages that hold {@code segment} a region of the space. Born dirty, like every region.
   *
   * @throws FacilityException if the segment is on the Java heap, empty or closed, or shares a page
   *     with another region; the message names the addresses
   */
  Region adopt(String name, MemorySegment segment) throws FacilityException;

  /**
   * Ends the tracking of an adopted region. To be called before its arena closes; the pages of a
   * region whose arena is closed already may belong to somebody else.
   */
  void release(Region region) throws FacilityException;

  /** The pages of all adopted regions. */
  PageSet adopted();
}
