package dev.ooh.linux.call;

/**
 * Flags of mmap, madvise, msync, open and memfd_create (asm-generic/mman-common.h, fcntl.h,
 * memfd.h).
 */
public final class MappingFlags {
  public static final int PROT_NONE = 0;
  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;

  public static final int MAP_SHARED = 0x01;
  public static final int MAP_PRIVATE = 0x02;
  public static final int MAP_FIXED = 0x10;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_NORESERVE = 0x4000;

  /** Fail with EEXIST instead of replacing what is mapped there. */
  public static final int MAP_FIXED_NOREPLACE = 0x100000;

  public static final int MADV_DONTNEED = 4;
  public static final int MADV_REMOVE = 9;
  public static final int MADV_DONTFORK = 10;
  public static final int MADV_HUGEPAGE = 14;
  public static final int MADV_NOHUGEPAGE = 15;
  public static final int MADV_DONTDUMP = 16;

  /** Linux 5.14. */
  public static final int MADV_POPULATE_WRITE = 23;

  public static final int MS_ASYNC = 1;

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;

  public static final int MFD_CLOEXEC = 1;

  private MappingFlags() {}
}
