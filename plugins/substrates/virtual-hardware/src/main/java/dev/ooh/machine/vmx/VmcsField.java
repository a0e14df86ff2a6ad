package dev.ooh.machine.vmx;

import java.util.List;

/**
 * A field of the VMCS, named by its encoding (Intel SDM volume 3C, 25.11.2, figure 25-1, and
 * appendix B). Two fields are equal when their encodings are.
 *
 * <pre>
 *  31      15 14    13 12 11    10 9          1 0
 * +----------+--------+--+--------+------------+----+
 * |    0     | width  | 0|  type  |   index    |high|
 * +----------+--------+--+--------+------------+----+
 * </pre>
 *
 * @param encoding bits 14:0 as above, with the high bit clear
 * @param name as the SDM calls it, or as the extension that brings it does
 */
public record VmcsField(int encoding, String name) {
  /** How many bits a field has. */
  public enum Width {
    /** 16 bits. */
    BITS_16(0xFFFFL),
    /** 64 bits. */
    BITS_64(-1L),
    /** 32 bits. */
    BITS_32(0xFFFF_FFFFL),
    /** As wide as the processor's words: 64 bits here. */
    NATURAL(-1L);

    private final long mask;

    Width(long mask) {
      this.mask = mask;
    }

    /** The bits of a value that the field keeps. */
    public long mask() {
      return mask;
    }
  }

  /** What a field is for. */
  public enum Type {
    /** Controls the processor. */
    CONTROL,
    /** Tells of a VM exit; VMWRITE can't change it. */
    EXIT_INFORMATION,
    /** State of the guest. */
    GUEST_STATE,
    /** State of the host. */
    HOST_STATE
  }

  // By their bits; values() would copy them at each access to a field.
  private static final Width[] WIDTHS = Width.values();
  private static final Type[] TYPES = Type.values();

  /** Virtual-processor identifier. */
  public static final VmcsField VIRTUAL_PROCESSOR_IDENTIFIER =
      new VmcsField(0x0000, "virtual-processor identifier");

  /** Posted-interrupt notification vector. */
  public static final VmcsField POSTED_INTERRUPT_NOTIFICATION_VECTOR =
      new VmcsField(0x0002, "posted-interrupt notification vector");

  /** Guest interrupt status: RVI in bits 7:0, SVI in bits 15:8. */
  public static final VmcsField GUEST_INTERRUPT_STATUS =
      new VmcsField(0x0810, "guest interrupt status");

  /** PML index: where the next GPA is logged, 511 down to 0, then FFFFH. */
  public static final VmcsField PML_INDEX = new VmcsField(0x0812, "PML index");

  /** HPA of the PML page. */
  public static final VmcsField PML_ADDRESS = new VmcsField(0x200E, "PML address");

  /** HPA of the virtual-APIC page. */
  public static final VmcsField VIRTUAL_APIC_ADDRESS =
      new VmcsField(0x2012, "virtual-APIC address");

  /** HPA of the posted-interrupt descriptor. */
  public static final VmcsField POSTED_INTERRUPT_DESCRIPTOR_ADDRESS =
      new VmcsField(0x2016, "posted-interrupt descriptor address");

  /** The EPT pointer. */
  public static final VmcsField EPT_POINTER = new VmcsField(0x201A, "EPT pointer");

  /** HPA of the vmread bitmap. */
  public static final VmcsField VMREAD_BITMAP = new VmcsField(0x2026, "VMREAD-bitmap address");

  /** HPA of the vmwrite bitmap. */
  public static final VmcsField VMWRITE_BITMAP = new VmcsField(0x2028, "VMWRITE-bitmap address");

  /** The GPA of an EPT violation or misconfiguration. */
  public static final VmcsField GUEST_PHYSICAL_ADDRESS =
      new VmcsField(0x2400, "guest-physical address");

  /** HPA of the shadow VMCS, or all ones. */
  public static final VmcsField VMCS_LINK_POINTER = new VmcsField(0x2800, "VMCS link pointer");

  /** Pin-based VM-execution controls. */
  public static final VmcsField PIN_BASED_CONTROLS =
      new VmcsField(0x4000, "pin-based VM-execution controls");

  /** Primary processor-based VM-execution controls. */
  public static final VmcsField PRIMARY_CONTROLS =
      new VmcsField(0x4002, "primary processor-based VM-execution controls");

  /** VM-entry interruption-information. */
  public static final VmcsField ENTRY_INTERRUPTION_INFORMATION =
      new VmcsField(0x4016, "VM-entry interruption-information field");

  /** VM-entry exception error code. */
  public static final VmcsField ENTRY_EXCEPTION_ERROR_CODE =
      new VmcsField(0x4018, "VM-entry exception error code");

  /** Secondary processor-based VM-execution controls. */
  public static final VmcsField SECONDARY_CONTROLS =
      new VmcsField(0x401E, "secondary processor-based VM-execution controls");

  /** VM-instruction error. */
  public static final VmcsField VM_INSTRUCTION_ERROR =
      new VmcsField(0x4400, "VM-instruction error field");

  /** Exit reason. */
  public static final VmcsField EXIT_REASON = new VmcsField(0x4402, "exit reason");

  /** VM-exit instruction information. */
  public static final VmcsField EXIT_INSTRUCTION_INFORMATION =
      new VmcsField(0x440E, "VM-exit instruction information");

  /** Exit qualification. */
  public static final VmcsField EXIT_QUALIFICATION = new VmcsField(0x6400, "exit qualification");

  /** The GVA whose translation caused the exit. */
  public static final VmcsField GUEST_LINEAR_ADDRESS =
      new VmcsField(0x640A, "guest-linear address");

  /** Guest CR3. */
  public static final VmcsField GUEST_CR3 = new VmcsField(0x6802, "guest CR3");

  /** Guest RFLAGS. */
  public static final VmcsField GUEST_RFLAGS = new VmcsField(0x6820, "guest RFLAGS");

  /** Host CR3. */
  public static final VmcsField HOST_CR3 = new VmcsField(0x6C02, "host CR3");

  private static final List<VmcsField> STANDARD =
      List.of(
          VIRTUAL_PROCESSOR_IDENTIFIER,
          POSTED_INTERRUPT_NOTIFICATION_VECTOR,
          GUEST_INTERRUPT_STATUS,
          PML_INDEX,
          PML_ADDRESS,
          VIRTUAL_APIC_ADDRESS,
          POSTED_INTERRUPT_DESCRIPTOR_ADDRESS,
          EPT_POINTER,
          VMREAD_BITMAP,
          VMWRITE_BITMAP,
          GUEST_PHYSICAL_ADDRESS,
          VMCS_LINK_POINTER,
          PIN_BASED_CONTROLS,
          PRIMARY_CONTROLS,
          ENTRY_INTERRUPTION_INFORMATION,
          ENTRY_EXCEPTION_ERROR_CODE,
          SECONDARY_CONTROLS,
          VM_INSTRUCTION_ERROR,
          EXIT_REASON,
          EXIT_INSTRUCTION_INFORMATION,
          EXIT_QUALIFICATION,
          GUEST_LINEAR_ADDRESS,
          GUEST_CR3,
          GUEST_RFLAGS,
          HOST_CR3);

  /** Rejects encodings with a reserved bit or the high bit set. */
  public VmcsField {
    if ((encoding & ~0x6FFE) != 0) {
      throw new IllegalArgumentException(
          "VMCS field %s: encoding 0x%x has a bit outside of 0x6ffe".formatted(name, encoding));
    }
  }

  /** The fields of the SDM that this machine has; CPU extensions add theirs. */
  public static List<VmcsField> standard() {
    return STANDARD;
  }

  /** How many bits the field has: bits 14:13 of the encoding. */
  public Width width() {
    return WIDTHS[encoding >>> 13];
  }

  /** What the field is for: bits 11:10 of the encoding. */
  public Type type() {
    return TYPES[encoding >>> 10 & 3];
  }

  /** The number of the field among those of its width and type: bits 9:1 of the encoding. */
  public int index() {
    return encoding >>> 1 & 0x1FF;
  }

  /** Whether VMWRITE can't change the field. */
  public boolean isReadOnly() {
    return type() == Type.EXIT_INFORMATION;
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof VmcsField that && encoding == that.encoding;
  }

  @Override
  public int hashCode() {
    return encoding;
  }

  @Override
  public String toString() {
    return "%s (%04XH)".formatted(name, encoding);
  }
}
