package dev.ooh.machine.cpu;

/**
 * The part of the processor's state that belongs to a guest thread, for the guest kernel to save
 * and load when it switches threads.
 *
 * @param privilegeLevel the CPL: 0 is the kernel, 3 a program
 * @param interruptsDisabled how many {@link Vcpu#disableInterrupts()} are not yet undone
 */
public record ThreadState(int privilegeLevel, int interruptsDisabled) {
  /** A thread that is about to run a program. */
  public static final ThreadState USER = new ThreadState(3, 0);
}
