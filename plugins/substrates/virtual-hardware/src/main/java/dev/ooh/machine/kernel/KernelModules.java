package dev.ooh.machine.kernel;

import dev.ooh.machine.extension.KernelModule;
import dev.ooh.machine.extension.MachineExtensions.Loaded;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The modules that are loaded into one kernel, each once, counted by their users. */
public final class KernelModules {
  private final CpuEntry cpu;
  private final KernelMode mode;
  private final Processes processes;
  private final Supplier<ModuleContext> contexts;
  private final Map<Class<?>, Entry> loaded = new HashMap<>();

  /**
   * @param contexts makes the context of one module
   */
  KernelModules(
      CpuEntry cpu, KernelMode mode, Processes processes, Supplier<ModuleContext> contexts) {
    this.cpu = cpu;
    this.mode = mode;
    this.processes = processes;
    this.contexts = contexts;
  }

  /**
   * Loads a module, as insmod does, unless one of its type is loaded; takes a reference on it. Any
   * thread.
   */
  public <M extends KernelModule> Loaded<M> load(
      UserProcess process, Class<M> type, Supplier<M> module) {
    return cpu.service(
        process,
        () -> {
          Entry entry = loaded.get(type);
          if (entry == null) {
            entry = mode.get(() -> insert(type, module));
          }
          entry.references++;
          return reference(entry, type);
        });
  }

  private <M extends KernelModule> Entry insert(Class<M> type, Supplier<M> module) {
    Entry entry = new Entry(type, module.get(), contexts.get());
    try {
      entry.module.load(entry.context);
    } catch (RuntimeException e) {
      entry.context.releaseAll();
      throw e;
    }
    loaded.put(type, entry);
    return entry;
  }

  private <M extends KernelModule> Loaded<M> reference(Entry entry, Class<M> type) {
    boolean[] held = {true};
    return new Loaded<>() {
      @Override
      public M module() {
        return type.cast(entry.module);
      }

      @Override
      public void close() {
        if (loaded.isEmpty()) {
          return; // The machine has stopped, and every module with it.
        }
        cpu.service(
            processes.idle(),
            () -> {
              if (held[0]) {
                held[0] = false;
                if (--entry.references == 0) {
                  mode.run(() -> unload(entry));
                }
              }
            });
      }
    };
  }

  private void unload(Entry entry) {
    if (loaded.remove(entry.type, entry)) {
      try {
        entry.module.unload();
      } finally {
        entry.context.releaseAll();
      }
    }
  }

  void unloadAll() {
    Failures failures = new Failures();
    List.copyOf(loaded.values()).forEach(entry -> failures.collect(() -> unload(entry)));
    failures.rethrow();
  }

  private static final class Entry {
    final Class<?> type;
    final KernelModule module;
    final ModuleContext context;
    int references;

    Entry(Class<?> type, KernelModule module, ModuleContext context) {
      this.type = type;
      this.module = module;
      this.context = context;
    }
  }
}
