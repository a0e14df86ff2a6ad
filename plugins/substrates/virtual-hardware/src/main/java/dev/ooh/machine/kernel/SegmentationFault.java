package dev.ooh.machine.kernel;

/** An access to an address that no mapping covers: what a program gets as SIGSEGV. */
public final class SegmentationFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long gva;

  SegmentationFault(UserProcess process, long gva, boolean write) {
    super(
        "%s of GVA 0x%x in process %s: no mapping there"
            .formatted(write ? "write" : "read", gva, process.name()));
    this.gva = gva;
  }

  public long gva() {
    return gva;
  }
}
