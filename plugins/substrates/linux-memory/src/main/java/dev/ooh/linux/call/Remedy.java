package dev.ooh.linux.call;

/** What a user can do about a refusal of the kernel, by its errno. */
public final class Remedy {
  private static final String DESCRIPTORS = "raise the limit of open descriptors (ulimit -n)";

  private static final String MAPPINGS =
      "raise the limit of mappings (sysctl vm.max_map_count), or track fewer and larger segments";

  /** For memory of hugetlbfs, of which a page can't be protected part by part. */
  public static final String HUGETLBFS =
      "transparent huge pages (madvise MADV_HUGEPAGE) instead of those of hugetlbfs";

  /** For memory of a device, which no scan walks over. */
  public static final String DEVICE = "a copy of it in ordinary memory";

  private Remedy() {}

  /** userfaultfd(2) with {@code UFFD_USER_MODE_ONLY}, which takes no privilege. */
  public static String userModeOnly(CallException refused) {
    return switch (refused.errno()) {
      case Errno.ENOSYS -> "a kernel with CONFIG_USERFAULTFD";
      case Errno.EINVAL -> "Linux 5.11 or later";
      case Errno.EPERM, Errno.EACCES ->
          "let the container's seccomp profile, or whatever filters here, allow userfaultfd, or give"
              + " access to /dev/userfaultfd";
      case Errno.EMFILE, Errno.ENFILE -> DESCRIPTORS;
      default -> "";
    };
  }

  /** userfaultfd(2) for the kernel's own faults too, or /dev/userfaultfd. */
  public static String allFaults(CallException refused) {
    return switch (refused.errno()) {
      case Errno.ENOSYS -> "a kernel with CONFIG_USERFAULTFD";
      case Errno.EPERM, Errno.EACCES ->
          "sysctl vm.unprivileged_userfaultfd=1, or the capability CAP_SYS_PTRACE, or access to"
              + " /dev/userfaultfd; in a container also a seccomp profile that allows userfaultfd";
      case Errno.EMFILE, Errno.ENFILE -> DESCRIPTORS;
      default -> "";
    };
  }

  /** UFFDIO_API with the features of {@code version}. */
  public static String features(CallException refused, String version) {
    return refused.errno() == Errno.EINVAL
        ? version + " or later, with CONFIG_PTE_MARKER_UFFD_WP"
        : "";
  }

  /** UFFDIO_REGISTER in a synchronous mode. */
  public static String synchronousRegistration(int errno) {
    return switch (errno) {
      case Errno.EINVAL ->
          "anonymous memory, or shared that no file on disk backs, or asynchronous mode; of huge pages"
              + " those that are transparent";
      case Errno.EBUSY -> "one tracker for that memory: end the other one";
      case Errno.ENOMEM -> MAPPINGS;
      default -> "";
    };
  }

  /** UFFDIO_REGISTER in asynchronous mode. */
  public static String asynchronousRegistration(CallException refused) {
    return switch (refused.errno()) {
      case Errno.EINVAL -> "mapped memory that this process may write";
      case Errno.EBUSY -> "one tracker for that memory: end the other one";
      case Errno.ENOMEM -> MAPPINGS;
      case Errno.EPERM -> "memory that this process may write, of a file that is not sealed";
      default -> "";
    };
  }

  /** ioctl(PAGEMAP_SCAN). */
  public static String scan(CallException refused) {
    return switch (refused.errno()) {
      case Errno.ENOTTY -> "Linux 6.7 or later";
      case Errno.EPERM -> "memory that is registered with this tracker and was not mapped anew";
      default -> "";
    };
  }

  /** Whatever needs one more descriptor. */
  public static String descriptors(CallException refused) {
    return refused.errno() == Errno.EMFILE || refused.errno() == Errno.ENFILE ? DESCRIPTORS : "";
  }

  /** open(2) of a file under /proc/self. */
  public static String proc(CallException refused) {
    return switch (refused.errno()) {
      case Errno.ENOENT -> "a mounted /proc, and a kernel with CONFIG_PROC_PAGE_MONITOR";
      case Errno.EPERM, Errno.EACCES -> "let the container read its own /proc/self";
      case Errno.EMFILE, Errno.ENFILE -> DESCRIPTORS;
      default -> "";
    };
  }
}
