package dev.ooh.machine.substrate;

import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.SegmentationFault;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.OutsideWrites;
import java.util.Objects;

/** process_vm_writev by another process of the guest, which runs meanwhile. */
final class VirtualOutsideWrites implements OutsideWrites {
  private final GuestKernel kernel;
  private final UserProcess process;

  VirtualOutsideWrites(GuestKernel kernel, UserProcess process) {
    this.kernel = kernel;
    this.process = process;
  }

  @Override
  public void write(long address, byte[] source, int offset, int length) throws FacilityException {
    Objects.checkFromIndexSize(offset, length, source.length);
    try {
      kernel
          .entry()
          .step(
              kernel.idle(),
              () -> kernel.remoteAccess().write(process, address, source, offset, length));
    } catch (SegmentationFault fault) {
      throw new FacilityException(
          "process_vm_writev of %d bytes to 0x%x: EFAULT, %s"
              .formatted(length, address, fault.getMessage()),
          fault);
    }
  }
}
