package dev.ooh.machine.event;

/**
 * Everything the machine counts, in the order of {@link EventCounts}. Constants whose {@link #id()}
 * is an M-number, {@code CP} or {@code W0} are the paper's (SC'22, tables IVa and IVb); the others
 * have no published price.
 */
public enum Event {
  /** A system call of a guest program. */
  USER_TO_KERNEL_SWITCH("M1", "user_to_kernel_context_switch"),
  /** The ioctl that starts SPML or EPML. */
  IOCTL_INIT_PML("M3", "ioctl_init_pml"),
  /** The ioctl that stops SPML or EPML. */
  IOCTL_DEACTIVATE_PML("M4", "ioctl_deactivate_pml"),
  /** A tracking fault handled in the guest kernel. */
  PAGE_FAULT_IN_KERNEL("M5", "page_fault_in_kernel"),
  /** A tracking fault handled by a program of the guest. */
  PAGE_FAULT_IN_USERSPACE("M6", "page_fault_in_userspace"),
  /** A vmread of the guest. */
  VMREAD("M7", "vmread"),
  /** A vmwrite of the guest. */
  VMWRITE("M8", "vmwrite"),
  /** The hypercall that starts SPML. */
  HYPERCALL_INIT_PML("M9", "hypercall_init_pml"),
  /** The hypercall that starts EPML. */
  HYPERCALL_INIT_PML_AND_SHADOWING("M10", "hypercall_init_pml_and_vmcs_shadowing"),
  /** The hypercall that stops SPML. */
  HYPERCALL_DEACTIVATE_PML("M11", "hypercall_deactivate_pml"),
  /** The hypercall that stops EPML. */
  HYPERCALL_DEACTIVATE_PML_AND_SHADOWING("M12", "hypercall_deactivate_pml_and_vmcs_shadowing"),
  /** The hypercall that resumes SPML's logging. */
  HYPERCALL_ENABLE_LOGGING("M13", "hypercall_enable_logging"),
  /** The hypercall that pauses SPML's logging and drains the log. */
  HYPERCALL_DISABLE_LOGGING("M14", "hypercall_disable_logging"),
  /** A page-table entry visited to clear a dirty mark. */
  CLEAR_REFS("M15", "clear_refs"),
  /** A pagemap entry read by a program of the guest. */
  PAGEMAP_ENTRY_READ("M16", "pagemap_walk_in_userspace"),
  /** A GPA resolved to GVAs. */
  REVERSE_MAPPING("M17", "reverse_mapping"),
  /** An entry copied out of a ring buffer. */
  RING_BUFFER_COPY("M18", "ring_buffer_copy"),
  /** A page written by a checkpoint. */
  CHECKPOINT_PAGE_WRITTEN("CP", "checkpoint_write_one_page"),
  /** A page written by the tracked program's own work. */
  PAGE_WRITTEN("W0", "untracked_pass"),

  /** Any VM exit; its reason is counted too where it has an event. */
  VM_EXIT("VM_EXIT", "vm_exit"),
  /**
   * A VM exit with reason 1, by which the host took the processor for another machine, or had it
   * stop while another processor of the machine was in root mode.
   */
  EXTERNAL_INTERRUPT_EXIT("EXTERNAL_INTERRUPT_EXIT", "external_interrupt_exit"),
  /** A VMPTRLD: the VMCS took the place of another machine's on a physical CPU. */
  VMPTRLD("VMPTRLD", "vmptrld"),
  /** A VMCLEAR where the VMCS was, as its virtual CPU goes on on another physical one. */
  VMCLEAR("VMCLEAR", "vmclear"),
  /** Root mode interrupted a processor while another one of the machine was in root mode. */
  VCPU_KICK("VCPU_KICK", "vcpu_kick"),
  /** An interrupt by which a guest's kernel had another processor drop cached translations. */
  TLB_SHOOTDOWN_IPI("TLB_SHOOTDOWN_IPI", "tlb_shootdown_ipi"),
  /** An interrupt by which a guest's kernel had another processor run a part of it. */
  FUNCTION_CALL_IPI("FUNCTION_CALL_IPI", "function_call_ipi"),
  /** A VM exit with reason 48. */
  EPT_VIOLATION_EXIT("EPT_VIOLATION_EXIT", "ept_violation_exit"),
  /** A VM exit with reason 49. */
  EPT_MISCONFIGURATION_EXIT("EPT_MISCONFIGURATION_EXIT", "ept_misconfiguration_exit"),
  /** A VM exit with reason 62. */
  PML_FULL_EXIT("PML_FULL_EXIT", "pml_full_exit"),
  /** A VM exit with reason 18. */
  VMCALL_EXIT("VMCALL_EXIT", "vmcall_exit"),
  /** A VM exit with reason 23. */
  VMREAD_EXIT("VMREAD_EXIT", "vmread_exit"),
  /** A VM exit with reason 25. */
  VMWRITE_EXIT("VMWRITE_EXIT", "vmwrite_exit"),
  /** A VM exit with reason 56. */
  APIC_WRITE_EXIT("APIC_WRITE_EXIT", "apic_write_exit"),
  /** A GPA logged by the processor. */
  PML_LOGGED("PML_LOGGED", "pml_logged"),
  /** A GVA logged by an extension of the processor. */
  GUEST_PML_LOGGED("GUEST_PML_LOGGED", "guest_pml_logged"),
  /** A GVA that an extension of the processor had no room for. */
  GUEST_PML_OVERFLOW("GUEST_PML_OVERFLOW", "guest_pml_overflow"),
  /** An interrupt that the guest or an extension of the processor sent to its own processor. */
  SELF_IPI("SELF_IPI", "self_ipi"),
  /** A posted interrupt that the processor took over without an exit. */
  POSTED_INTERRUPT("POSTED_INTERRUPT", "posted_interrupt"),
  /** An interrupt delivered to the guest. */
  INTERRUPT("INTERRUPT", "interrupt"),
  /** A translation that was not cached, or not with the access's rights. */
  TLB_MISS("TLB_MISS", "tlb_miss"),
  /** A #PF of the guest, whatever its cause. */
  GUEST_PAGE_FAULT("GUEST_PAGE_FAULT", "guest_page_fault"),
  /** A page fault that mapped a fresh zero page. */
  DEMAND_ZERO_FAULT("DEMAND_ZERO_FAULT", "demand_zero_fault"),
  /** A page fault that mapped fresh zeroed 2 MiB. */
  DEMAND_ZERO_HUGE_FAULT("DEMAND_ZERO_HUGE_FAULT", "demand_zero_huge_fault"),
  /** A page of 2 MiB became 512 of 4 KiB. */
  HUGE_PAGE_SPLIT("HUGE_PAGE_SPLIT", "huge_page_split"),
  /** A page fault that copied a page shared since a fork. */
  COPY_ON_WRITE_FAULT("COPY_ON_WRITE_FAULT", "copy_on_write_fault"),
  /** A MOV to CR3. */
  CR3_LOAD("CR3_LOAD", "cr3_load"),
  /** An INVLPG. */
  INVLPG("INVLPG", "invlpg"),
  /** An INVEPT. */
  INVEPT("INVEPT", "invept"),
  /** The scheduler gave the processor to another thread. */
  CONTEXT_SWITCH("CONTEXT_SWITCH", "context_switch"),
  /** A unit of computation that an application declared. */
  WORK_UNIT("WORK_UNIT", "work_unit"),
  /** A poll of a guest thread. */
  POLL("POLL", "poll"),
  /** An access of a technique's own to the memory that it tracks: up to a page at once. */
  TRACKER_ACCESS("TRACKER_ACCESS", "tracker_access");

  private final String id;
  private final String label;

  Event(String id, String label) {
    this.id = id;
    this.label = label;
  }

  /** The identifier in cost profiles and reports: the paper's where it has one. */
  public String id() {
    return id;
  }

  /** The name in cost profiles, lower case with underscores. */
  public String label() {
    return label;
  }
}
