package dev.ooh.barrier;

import dev.ooh.memory.PageSet;
import dev.ooh.tracking.TrackingException;

/** Memory of the program's own arenas, while none of the program's classes are woven. */
final class ForeignMemoryException extends TrackingException {
  private static final long serialVersionUID = 1L;

  ForeignMemoryException(PageSet pages) {
    super(
        "can't arm %s: they belong to an adopted segment, and no class that might store to it"
                .formatted(pages)
            + " was chosen to be woven");
  }

  @Override
  public String remedy() {
    return "name the storing classes: -javaagent:write-barrier.jar=com.example.*, or"
        + " -Dooh.write-barrier.classes in the framework";
  }
}
