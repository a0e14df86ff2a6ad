package dev.ooh.machine.cpu;

/** The guest kernel's handler of #PF. */
public interface PageFaultHandler {
  /**
   * Handles a page fault, in supervisor mode, on the thread that executed the access. Returning
   * runs the access again; an exception ends it and reaches whoever made the access.
   *
   * @param gva the faulting address, as CR2 has it
   * @param errorCode bits of {@link dev.ooh.machine.paging.PageFaultErrorCode}
   */
  void handle(long gva, int errorCode);
}
