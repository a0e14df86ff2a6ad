package dev.ooh.machine.cpu;

/** Guest-physical memory, as code that keeps tables in it reads and writes it. */
public interface PhysicalMemory {
  /** Reads eight bytes at {@code gpa}, a multiple of 8; little-endian. */
  long read(long gpa);

  /** Writes eight bytes at {@code gpa}, a multiple of 8; little-endian. */
  void write(long gpa, long value);
}
