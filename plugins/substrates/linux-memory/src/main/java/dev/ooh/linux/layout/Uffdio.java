package dev.ooh.linux.layout;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * The arguments of userfaultfd's ioctls (linux/userfaultfd.h). They are so small that one buffer of
 * {@link #BYTES} serves each in turn.
 *
 * <pre>
 * uffdio_api           0 api (AAH)   8 features   16 ioctls
 * uffdio_register      0 start       8 len        16 mode        24 ioctls
 * uffdio_range         0 start       8 len                            (UNREGISTER, WAKE)
 * uffdio_writeprotect  0 start       8 len        16 mode
 * uffdio_zeropage      0 start       8 len        16 mode        24 zeropage
 * </pre>
 */
public final class Uffdio {
  public static final int BYTES = 32;

  public static final long UFFDIO_API = 0xC018AA3FL;
  public static final long UFFDIO_REGISTER = 0xC020AA00L;
  public static final long UFFDIO_UNREGISTER = 0x8010AA01L;
  public static final long UFFDIO_WAKE = 0x8010AA02L;
  public static final long UFFDIO_ZEROPAGE = 0xC020AA04L;
  public static final long UFFDIO_WRITEPROTECT = 0xC018AA06L;

  /** {@code ioctl} on /dev/userfaultfd that makes a descriptor. */
  public static final long USERFAULTFD_IOC_NEW = 0xAA00L;

  /** Flag of userfaultfd(2): only faults of user mode are handled; needs no privilege. */
  public static final int UFFD_USER_MODE_ONLY = 1;

  public static final long REGISTER_MODE_MISSING = 1;
  public static final long REGISTER_MODE_WP = 2;

  public static final long WRITEPROTECT_MODE_WP = 1;

  public static final long FEATURE_PAGEFAULT_FLAG_WP = 1;
  public static final long FEATURE_WP_HUGETLBFS_SHMEM = 1 << 12;
  public static final long FEATURE_WP_UNPOPULATED = 1 << 13;
  public static final long FEATURE_WP_ASYNC = 1 << 15;

  private static final long API = 0xAA;

  /** Bit of {@code uffdio_register.ioctls} for UFFDIO_ZEROPAGE. */
  private static final long CAN_ZERO = 1 << 4;

  private Uffdio() {}

  public static void api(MemorySegment arg, long features) {
    arg.set(JAVA_LONG, 0, API);
    arg.set(JAVA_LONG, 8, features);
    arg.set(JAVA_LONG, 16, 0);
  }

  public static void range(MemorySegment arg, long start, long end, long mode) {
    arg.set(JAVA_LONG, 0, start);
    arg.set(JAVA_LONG, 8, end - start);
    arg.set(JAVA_LONG, 16, mode);
    arg.set(JAVA_LONG, 24, 0);
  }

  /**
   * Whether what was just registered is memory of hugetlbfs, by the calls that the kernel offers
   * for it: {@code UFFD_API_RANGE_IOCTLS_BASIC} for that alone, which lacks UFFDIO_ZEROPAGE.
   */
  public static boolean isHugetlbfs(MemorySegment registered) {
    return (registered.get(JAVA_LONG, 24) & CAN_ZERO) == 0;
  }
}
