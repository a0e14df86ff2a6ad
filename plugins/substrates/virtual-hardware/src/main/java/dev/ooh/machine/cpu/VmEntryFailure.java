package dev.ooh.machine.cpu;

import dev.ooh.machine.vmx.VmxStatus;

/**
 * VM entry found invalid controls: VMfailValid(7). The guest can't go on until root mode corrects
 * them.
 */
public final class VmEntryFailure extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  VmEntryFailure(String field, long found, String wanted) {
    super(
        "VM entry failed with error %d: %s is 0x%x, wanted %s"
            .formatted(VmxStatus.INVALID_CONTROL_FIELDS, field, found, wanted));
  }
}
