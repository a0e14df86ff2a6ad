package dev.ooh.machine.cpu;

/** Guest-physical memory, as code that keeps tables in it reads and writes it. */
public interface PhysicalMemory {
  /** Reads eight bytes at {@code gpa}, a multiple of 8; little-endian. */
  long read(long gpa);

  /** Writes eight bytes at {@code gpa}, a multiple of 8; little-endian. */
  void write(long gpa, long value);

  /** Reads {@code count} words from {@code gpa} on, which are in one page of 4 KiB. */
  default void read(long gpa, long[] target, int index, int count) {
    for (int i = 0; i < count; i++) {
      target[index + i] = read(gpa + 8L * i);
    }
  }

  /** Writes words as {@link #read(long, long[], int, int)} reads them. */
  default void write(long gpa, long[] source, int index, int count) {
    for (int i = 0; i < count; i++) {
      write(gpa + 8L * i, source[index + i]);
    }
  }
}
