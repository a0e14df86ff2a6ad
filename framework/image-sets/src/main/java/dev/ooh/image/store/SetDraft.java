package dev.ooh.image.store;

import dev.ooh.image.file.FileLayer;
import dev.ooh.memory.PageSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A set being written. Closed before it is published, it leaves nothing behind. For one thread. */
public interface SetDraft extends AutoCloseable {
  /** Creates a file of the set. The manifest is the last one that is written. */
  FileLayer.Output create(String name) throws IOException;

  /**
   * Where the present pages go, in ascending order, if not to a file of the set; that place learns
   * of both kinds of pages what a pagemap would say. What {@link FileLayer.Output#force} promises
   * there, it says itself.
   *
   * @param pid under which they are filed
   */
  default Optional<FileLayer.Output> pages(int pid, PageSet present, PageSet inParent)
      throws IOException {
    return Optional.empty();
  }

  /** Whether its pages are to be compressed. */
  default boolean compresses() {
    return false;
  }

  /** Names the set, beside this one, that in-parent pages are found in. */
  void parent(Path parent) throws IOException;

  /**
   * Makes the set visible, whole; its files must be durable.
   *
   * @param newest whether it is the one to restore
   * @return where it is
   */
  Path publish(boolean newest) throws IOException;

  /** Removes what was not published. */
  @Override
  void close() throws IOException;
}
