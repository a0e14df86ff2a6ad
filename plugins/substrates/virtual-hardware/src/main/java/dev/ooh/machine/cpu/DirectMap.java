package dev.ooh.machine.cpu;

import dev.ooh.machine.memory.HostMemory;
import dev.ooh.machine.vmx.EptViolation;

/**
 * Guest-physical memory as the guest's kernel reaches it, by its direct map: translated by the EPT
 * alone, and logged as any access. Interrupts are not delivered here.
 */
public final class DirectMap implements PhysicalMemory {
  /** Where the direct map begins: an access to GPA x has GVA base + x. */
  public static final long BASE = 0xFFFF_8880_0000_0000L;

  private final EptWalker ept;
  private final Transitions transitions;
  private final TranslationCache cache;

  DirectMap(EptWalker ept, Transitions transitions) {
    this.ept = ept;
    this.transitions = transitions;
    this.cache = ept.cache();
  }

  @Override
  public long read(long gpa) {
    return HostMemory.EVERYTHING.get(HostMemory.LONG, forRead(aligned(gpa)));
  }

  /**
   * Writes as {@link PhysicalMemory#write}: an access like any other of the guest, which may log.
   */
  @Override
  public void write(long gpa, long value) {
    HostMemory.EVERYTHING.set(HostMemory.LONG, forWrite(aligned(gpa), Long.BYTES), value);
  }

  @Override
  public void read(long gpa, long[] target, int index, int count) {
    long from = forRead(aligned(gpa));
    for (int i = 0; i < count; i++) {
      target[index + i] = HostMemory.EVERYTHING.get(HostMemory.LONG, from + 8L * i);
    }
  }

  @Override
  public void write(long gpa, long[] source, int index, int count) {
    long to = forWrite(aligned(gpa), 8 * count);
    for (int i = 0; i < count; i++) {
      HostMemory.EVERYTHING.set(HostMemory.LONG, to + 8L * i, source[index + i]);
    }
  }

  /**
   * Translates for a read.
   *
   * @return the native address of the byte at {@code gpa}, good to the end of its 4 KiB page until
   *     the guest's next step
   */
  public long forRead(long gpa) {
    long known = cache.readable(gpa, 1);
    return known != 0 ? known : translate(gpa, 1, EptViolation.READ);
  }

  /**
   * Translates for a write of {@code bytes} within the page; the EPT's dirty flag is set by then.
   *
   * @return the native address of the byte at {@code gpa}, good for the bytes until the guest's
   *     next step
   */
  public long forWrite(long gpa, int bytes) {
    long known = cache.writable(gpa, 1);
    return known != 0 ? known : translate(gpa, bytes, EptViolation.WRITE);
  }

  private long translate(long gpa, int bytes, long access) {
    for (int attempt = 0; attempt < Transitions.MAX_ATTEMPTS; attempt++) {
      transitions.beginInstruction();
      long address = ept.translate(gpa, bytes, access | EptViolation.FINAL_ACCESS, BASE + gpa);
      if (address != EptWalker.FAILED) {
        return address;
      }
      transitions.exit(ept.exit());
    }
    throw Transitions.noProgress("GPA", gpa);
  }

  private static long aligned(long gpa) {
    if ((gpa & 7) != 0) {
      throw new IllegalArgumentException("GPA 0x%x: must be a multiple of 8".formatted(gpa));
    }
    return gpa;
  }
}
