package dev.ooh.machine.extension;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.vmx.VmcsField;

/**
 * The hypervisor of one machine, as its modules see it: root mode. Each module has its own;
 * everything obtained from it ends with the module. To be used on the machine's CPU only.
 */
public interface HypervisorContext {
  /** How many processors the machine has, 1 or more. */
  int processors();

  /**
   * Registers who serves a hypercall number.
   *
   * @throws IllegalStateException if the number is taken
   */
  Registration registerHypercall(long number, HypercallHandler handler);

  /**
   * Registers who serves exits of a basic reason, before the hypervisor itself does. Handlers of
   * one reason are asked in the order in which they came.
   */
  Registration registerExitHandler(int reason, ExitHandler handler);

  /** Makes the module a user of page-modification logging. It is off at first. */
  PageModificationLog openPageModificationLog(PageModificationLog.Reader reader);

  /**
   * Whether guest-physical memory has all of the {@code bytes} from {@code gpa} on. To be asked of
   * every address that a guest names.
   *
   * @param gpa any value
   * @param bytes any value; false for a negative one
   */
  boolean isGuestMemory(long gpa, long bytes);

  /**
   * Reads guest-physical memory in root mode: no flags, no log.
   *
   * @param gpa a multiple of 8, in guest-physical memory
   */
  long readGuest(long gpa);

  /**
   * Writes guest-physical memory in root mode. Users of the log are told, as of a guest's write.
   *
   * @param gpa a multiple of 8, in guest-physical memory
   */
  void writeGuest(long gpa, long value);

  /**
   * Keeps the page's host frame where it is, for a CPU that was given its address. Pins nest.
   *
   * @return to unpin
   */
  Registration pin(long gpa);

  /**
   * Translates a GPA to an HPA, and maps a frame there if none is.
   *
   * @param gpa in guest-physical memory
   */
  long translate(long gpa);

  /**
   * Changes the EPT entry of a page, which is populated and gets an entry for 4 KiB. Whoever takes
   * a right from the guest calls {@link #invept} afterwards.
   *
   * @param gpa in guest-physical memory
   * @param clear bits to clear, none of the frame's
   * @param set bits to set, none of the frame's
   */
  void changeEptEntry(long gpa, long clear, long set);

  /** INVEPT, all-context, on each of the machine's processors. */
  void invept();

  /** Allocates a zeroed frame of host memory. Closing it frees it. */
  HostFrame allocateFrame();

  /**
   * Lets the guest use VMCS shadowing on a field without an exit (bitmaps of SDM 25.6.15), and
   * turns shadowing on, for each of the machine's processors. Ends when closed; the last one turns
   * shadowing off.
   */
  Registration shadowField(VmcsField field, boolean guestReads, boolean guestWrites);

  /** Reads a field of the VMCS of the processor that exited, in root mode. */
  long vmread(VmcsField field);

  /**
   * Writes a field of the VMCS of each of the machine's processors in root mode. To be used for
   * fields that are the same for all.
   */
  void vmwrite(VmcsField field, long value);

  /** Counts {@code times} of {@code event}, 0 or more. */
  void count(Event event, long times);
}
