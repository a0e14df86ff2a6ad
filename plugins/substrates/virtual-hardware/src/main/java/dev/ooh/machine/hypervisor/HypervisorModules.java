package dev.ooh.machine.hypervisor;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.extension.HypervisorModule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What is loaded into one machine beside the guest: hypervisor modules and CPU extensions, each
 * once, counted by their users. On the machine's CPU only.
 */
public final class HypervisorModules {
  private final VirtualMachine machine;
  private final Map<Class<?>, Entry> loaded = new HashMap<>();

  public HypervisorModules(VirtualMachine machine) {
    this.machine = machine;
  }

  /**
   * Loads a module, or takes another reference on the one of that type. What {@link
   * HypervisorModule#load} throws refuses it and reaches the caller.
   */
  public <M extends HypervisorModule> M load(Class<M> type, Supplier<M> module) {
    Entry entry = loaded.get(type);
    if (entry == null) {
      M fresh = module.get();
      HypervisorModuleContext context = new HypervisorModuleContext(machine);
      try {
        fresh.load(context);
      } catch (RuntimeException e) {
        context.releaseAll();
        throw e;
      }
      entry =
          new Entry(
              fresh,
              () -> {
                try {
                  fresh.unload();
                } finally {
                  context.releaseAll();
                }
              });
      loaded.put(type, entry);
    }
    entry.references++;
    return type.cast(entry.part);
  }

  /** Attaches an extension to the processor, or takes another reference. */
  public <X extends CpuExtension> X install(Class<X> type, Supplier<X> extension) {
    Entry entry = loaded.get(type);
    if (entry == null) {
      X fresh = extension.get();
      Vcpu vcpu = machine.vcpu();
      vcpu.addExtension(fresh);
      entry = new Entry(fresh, () -> vcpu.removeExtension(fresh));
      loaded.put(type, entry);
    }
    entry.references++;
    return type.cast(entry.part);
  }

  /** Gives a reference back; the last one unloads. Does nothing for a type that isn't loaded. */
  public void release(Class<?> type) {
    Entry entry = loaded.get(type);
    if (entry != null && --entry.references == 0) {
      loaded.remove(type);
      entry.unload.run();
    }
  }

  /** Unloads everything. */
  public void unloadAll() {
    List<Entry> entries = List.copyOf(loaded.values());
    loaded.clear();
    entries.forEach(entry -> entry.unload.run());
  }

  private static final class Entry {
    final Object part;
    final Runnable unload;
    int references;

    Entry(Object part, Runnable unload) {
      this.part = part;
      this.unload = unload;
    }
  }
}
