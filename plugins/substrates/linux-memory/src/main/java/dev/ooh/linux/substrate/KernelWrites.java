package dev.ooh.linux.substrate;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.OutsideWrites;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** The kernel writes into this process, through its page tables, as for a debugger. */
final class KernelWrites implements OutsideWrites {
  @Override
  public void write(long address, byte[] source, int offset, int length) throws FacilityException {
    Objects.checkFromIndexSize(offset, length, source.length);
    try (LinuxCalls calls = new LinuxCalls();
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, length));
      MemorySegment.copy(source, offset, bytes, JAVA_BYTE, 0, length);
      calls.processVmWritev(ProcessHandle.current().pid(), bytes, address, length);
    } catch (CallException e) {
      throw new FacilityException(e);
    }
  }
}
