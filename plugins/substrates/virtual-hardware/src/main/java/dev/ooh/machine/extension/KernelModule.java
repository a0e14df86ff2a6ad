package dev.ooh.machine.extension;

/** A loadable kernel module. One instance is loaded at most once a machine. */
public interface KernelModule {
  /** Runs in the guest kernel before anybody can use the module; an exception refuses the load. */
  void load(KernelContext kernel);

  /**
   * Runs when the last reference is closed or the machine stops. Whatever the module registered or
   * allocated and has not given back is taken from it afterwards.
   */
  void unload();
}
