package dev.ooh.cli.calibrate;

import java.util.Locale;

/**
 * The events that a cost profile prices, in the order of its rows, by the paper's ids where it has
 * them.
 */
enum ProfileEvent {
  M1("user_to_kernel_context_switch", "all", Kind.FIXED),
  M3("ioctl_init_pml", "spml|epml", Kind.FIXED),
  M4("ioctl_deactivate_pml", "spml|epml", Kind.FIXED),
  M7("vmread", "epml", Kind.FIXED),
  M8("vmwrite", "epml", Kind.FIXED),
  M13("hypercall_enable_logging", "spml", Kind.FIXED),
  CP("checkpoint_write_one_page", "all", Kind.FIXED),
  WORK_UNIT("work_unit", "all", Kind.FIXED),
  POLL("poll", "all", Kind.FIXED),
  TLB_MISS("tlb_miss", "all", Kind.FIXED),
  CONTEXT_SWITCH("context_switch", "all", Kind.FIXED),
  DEMAND_ZERO_FAULT("demand_zero_fault", "all", Kind.FIXED),
  DEMAND_ZERO_HUGE_FAULT("demand_zero_huge_fault", "all", Kind.FIXED),
  HUGE_PAGE_SPLIT("huge_page_split", "all", Kind.FIXED),
  COPY_ON_WRITE_FAULT("copy_on_write_fault", "all", Kind.FIXED),
  EXTERNAL_INTERRUPT_EXIT("external_interrupt_exit", "all", Kind.FIXED),
  VMPTRLD("vmptrld", "all", Kind.FIXED),
  VMCLEAR("vmclear", "all", Kind.FIXED),
  TLB_SHOOTDOWN_IPI("tlb_shootdown_ipi", "all", Kind.FIXED),
  FUNCTION_CALL_IPI("function_call_ipi", "all", Kind.FIXED),
  VCPU_KICK("vcpu_kick", "all", Kind.FIXED),
  M5("page_fault_in_kernel", "procfs|uffd", Kind.PER_PAGE),
  M6("page_fault_in_userspace", "uffd", Kind.PER_PAGE),
  M14("hypercall_disable_logging", "spml", Kind.PER_INTERVAL),
  M15("clear_refs", "procfs", Kind.PER_PAGE),
  M16("pagemap_walk_in_userspace", "procfs|spml", Kind.PER_PAGE),
  M17("reverse_mapping", "spml", Kind.PER_PAGE),
  M18("ring_buffer_copy", "spml|epml", Kind.PER_PAGE),
  W0("untracked_pass", "none", Kind.PER_PAGE);

  /** How a row of the profile tells the cost. */
  enum Kind {
    /** Microseconds an event. */
    FIXED,
    /** Milliseconds for one event for each page of the tracked size, size by size. */
    PER_PAGE,
    /** Milliseconds for one event, size by size. */
    PER_INTERVAL
  }

  private final String label;
  private final String techniques;
  private final Kind kind;

  ProfileEvent(String label, String techniques, Kind kind) {
    this.label = label;
    this.techniques = techniques;
    this.kind = kind;
  }

  String label() {
    return label;
  }

  /** Who pays: with a bar between them, or {@code all}, or {@code none}. */
  String techniques() {
    return techniques;
  }

  Kind kind() {
    return kind;
  }

  /** Whether the paper prices it. */
  boolean isPublished() {
    return name().matches("M\\d+|CP|W0");
  }

  /** As a simulated machine's statistics name it. */
  String statistic() {
    return isPublished() ? name() : label.replace('_', '.').toLowerCase(Locale.ROOT);
  }

  /** How many of it a row's figure for {@code megabytes} is about. */
  long countAt(int megabytes) {
    return kind == Kind.PER_PAGE ? megabytes * 256L : 1;
  }
}
