package dev.ooh.criu.heap;

import dev.ooh.memory.PageSet;

/** The heap that a checkpointer dumps. */
public interface DumpedHeap {
  /** Where it begins: by this a restore finds it among the mappings. */
  long start();

  /**
   * The pages that may have been written, whole ones. Asked for by a thread of the execution
   * context, also while it keeps all others stopped.
   */
  PageSet used();
}
