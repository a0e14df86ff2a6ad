package dev.ooh.linux.call;

import java.util.Locale;
import java.util.Optional;

/**
 * System call numbers that differ between processors (arch/x86/entry/syscalls/syscall_64.tbl and
 * scripts/syscall.tbl); everything else that is used here is the same on both.
 *
 * @param name as {@code os.arch} has it
 * @param userfaultfd number of userfaultfd(2)
 * @param timerCreate number of timer_create(2)
 * @param timerSettime number of timer_settime(2)
 * @param membarrier number of membarrier(2)
 * @param schedSetattr number of sched_setattr(2)
 * @param schedGetattr number of sched_getattr(2)
 */
public record Architecture(
    String name,
    int userfaultfd,
    int timerCreate,
    int timerSettime,
    int membarrier,
    int schedSetattr,
    int schedGetattr) {
  private static final Architecture X86_64 =
      new Architecture("amd64", 323, 222, 223, 324, 314, 315);
  private static final Architecture AARCH64 =
      new Architecture("aarch64", 282, 107, 110, 283, 274, 275);

  /** This machine's; empty when it is neither x86-64 nor aarch64 Linux. */
  public static Optional<Architecture> current() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.empty();
    }
    return switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> Optional.of(X86_64);
      case "aarch64" -> Optional.of(AARCH64);
      default -> Optional.empty();
    };
  }

  /**
   * The first kernel with a kind of write protection that x86-64 has since {@code version}: on
   * aarch64 there is none before 6.10 (HAVE_ARCH_USERFAULTFD_WP in arch/arm64/Kconfig, commit
   * 5b32510af77b).
   */
  public String writeProtectSince(String version) {
    return equals(AARCH64) ? "Linux 6.10" : version;
  }

  /** Why there is no {@link #current}, for people. */
  public static String refusal() {
    return "real memory needs Linux on x86-64 or aarch64, found "
        + System.getProperty("os.name")
        + " on "
        + System.getProperty("os.arch");
  }
}
