package dev.ooh.linux.substrate;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.Errno;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.MappingFlags;

/** Advice on transparent huge pages ({@code Documentation/admin-guide/mm/transhuge.rst}). */
final class HugePages {
  private HugePages() {}

  /** A kernel without transparent huge pages answers EINVAL, and needs no advice. */
  static void advise(LinuxCalls calls, long start, long bytes, boolean wanted)
      throws CallException {
    try {
      calls.madvise(
          start, bytes, wanted ? MappingFlags.MADV_HUGEPAGE : MappingFlags.MADV_NOHUGEPAGE);
    } catch (CallException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }
}
