package dev.ooh.machine.hypervisor;

import dev.ooh.machine.cpu.Vcpu;
import dev.ooh.machine.extension.CpuExtension;
import dev.ooh.machine.extension.HypervisorModule;
import java.util.ArrayList;
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

  /**
   * Attaches an extension to the processor, or takes another reference. Where there are several
   * processors, each gets an extension of its own, and the result is the first one's.
   */
  public <X extends CpuExtension> X install(Class<X> type, Supplier<X> extension) {
    Entry entry = loaded.get(type);
    if (entry == null) {
      List<Attached> attached = attach(extension);
      entry = new Entry(attached.getFirst().extension(), () -> attached.forEach(Attached::detach));
      loaded.put(type, entry);
    }
    entry.references++;
    return type.cast(entry.part);
  }

  private List<Attached> attach(Supplier<? extends CpuExtension> extension) {
    List<Attached> attached = new ArrayList<>();
    try {
      for (Vcpu vcpu : machine.processors().all()) {
        CpuExtension fresh = extension.get();
        vcpu.addExtension(fresh);
        attached.add(new Attached(vcpu, fresh));
      }
    } catch (RuntimeException e) {
      attached.forEach(Attached::detach);
      throw e;
    }
    return attached;
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

  private record Attached(Vcpu vcpu, CpuExtension extension) {
    void detach() {
      vcpu.removeExtension(extension);
    }
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
