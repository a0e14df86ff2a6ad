package dev.ooh.machine.vmx;

/**
 * The VM-entry interruption-information field: what the VMM injects (Intel SDM volume 3C, 25.8.3,
 * table 25-17).
 *
 * <pre>
 *  31    30     12  11   10  8 7      0
 * +-----+---------+-----+-----+--------+
 * |valid|    0    |error|type | vector |
 * +-----+---------+-----+-----+--------+
 * </pre>
 */
public final class InterruptionInformation {
  /** The vector of an invalid-opcode exception. */
  public static final int UNDEFINED_OPCODE = 6;

  /** The vector of a general-protection exception. */
  public static final int GENERAL_PROTECTION = 13;

  private static final long VALID = 1L << 31;
  private static final long DELIVER_ERROR_CODE = 1 << 11;
  private static final int HARDWARE_EXCEPTION = 3;

  private InterruptionInformation() {}

  /** Injects an external interrupt with {@code vector}. */
  public static long interrupt(int vector) {
    return VALID | vector;
  }

  /** Injects a hardware exception with {@code vector} and no error code. */
  public static long exception(int vector) {
    return VALID | HARDWARE_EXCEPTION << 8 | vector;
  }

  /** Injects a hardware exception whose error code is in the field of that name. */
  public static long exceptionWithErrorCode(int vector) {
    return exception(vector) | DELIVER_ERROR_CODE;
  }

  /** Whether something is to be injected. */
  public static boolean isValid(long information) {
    return (information & VALID) != 0;
  }

  /** Whether it is a hardware exception rather than an external interrupt. */
  public static boolean isException(long information) {
    return (information >>> 8 & 7) == HARDWARE_EXCEPTION;
  }

  /** Its vector. */
  public static int vector(long information) {
    return (int) information & 0xFF;
  }
}
