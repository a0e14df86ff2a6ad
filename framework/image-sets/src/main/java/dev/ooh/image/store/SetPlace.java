package dev.ooh.image.store;

import java.io.IOException;
import java.nio.file.Path;

/** Where sets are written to: a directory, or somewhere else. */
public interface SetPlace {
  /** Begins a set; the caller publishes or closes it. */
  SetDraft draft() throws IOException;

  /** Removes a set that nothing builds on; fails if the latest set does. */
  void remove(Path set) throws IOException;
}
