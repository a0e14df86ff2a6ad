package dev.ooh.machine.vmx;

/**
 * How a VMX instruction ended (Intel SDM volume 3C, 31.2, and 31.4 for the numbers).
 *
 * @param kind VMsucceed, VMfailInvalid or VMfailValid
 * @param error the VM-instruction error number of VMfailValid, else 0
 */
public record VmxStatus(Kind kind, int error) {
  /** The three outcomes. */
  public enum Kind {
    /** Done. */
    SUCCEED,
    /** Not done, and there is no VMCS to say why. */
    FAIL_INVALID,
    /** Not done, and the VMCS says why. */
    FAIL_VALID
  }

  /** VMsucceed. */
  public static final VmxStatus SUCCEED = new VmxStatus(Kind.SUCCEED, 0);

  /** VMfailInvalid. */
  public static final VmxStatus FAIL_INVALID = new VmxStatus(Kind.FAIL_INVALID, 0);

  /** Error 7: VM entry with invalid control fields. */
  public static final int INVALID_CONTROL_FIELDS = 7;

  /** Error 12: VMREAD or VMWRITE from or to an unsupported VMCS component. */
  public static final int UNSUPPORTED_FIELD = 12;

  /** Error 13: VMWRITE to a read-only VMCS component. */
  public static final int READ_ONLY_FIELD = 13;

  /** VMfailValid with {@code error}. */
  public static VmxStatus failValid(int error) {
    return new VmxStatus(Kind.FAIL_VALID, error);
  }

  /** Whether the instruction did its work. */
  public boolean succeeded() {
    return kind == Kind.SUCCEED;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case SUCCEED -> "VMsucceed";
      case FAIL_INVALID -> "VMfailInvalid";
      case FAIL_VALID -> "VMfailValid(" + error + ")";
    };
  }
}
