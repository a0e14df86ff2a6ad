package dev.ooh.machine.substrate;

import dev.ooh.machine.cost.CostProfile;
import dev.ooh.machine.hypervisor.HypervisorModules;
import dev.ooh.machine.hypervisor.VirtualMachine;
import dev.ooh.machine.kernel.GuestKernel;
import dev.ooh.machine.kernel.SharedObject;
import dev.ooh.machine.kernel.UserProcess;
import dev.ooh.memory.MemoryAccessException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A machine with its guest. The address spaces of its processes share it, and it stops when the
 * last of them is closed.
 */
final class Machine {
  private final Host host;
  private final VirtualMachine hardware;
  private final GuestKernel kernel;
  private final HypervisorModules hypervisorModules;
  private final VirtualCosts costs;
  private final WaitingTime waiting;
  private final Map<Path, SharedObject> files = new HashMap<>();
  private int spaces;
  private boolean stopped;

  /**
   * @param weight of its share of the host's physical CPUs
   * @param vcpus how many processors it has
   * @param quantum of its guest's scheduler
   */
  Machine(
      Host host,
      long guestBytes,
      int weight,
      int vcpus,
      long seed,
      int quantum,
      CostProfile profile) {
    this.host = host;
    this.hardware = new VirtualMachine(host.hypervisor(), guestBytes, weight, vcpus);
    try {
      this.kernel = new GuestKernel(hardware, seed, quantum);
      this.hypervisorModules = new HypervisorModules(hardware);
      this.costs = new VirtualCosts(kernel, profile);
      this.waiting = new WaitingTime(host, hardware.counters()::counts, costs::millis);
      hardware.scheduled().observe(waiting);
    } catch (RuntimeException e) {
      hardware.close();
      throw e;
    }
  }

  Host host() {
    return host;
  }

  GuestKernel kernel() {
    return kernel;
  }

  VirtualMachine hardware() {
    return hardware;
  }

  HypervisorModules hypervisorModules() {
    return hypervisorModules;
  }

  VirtualCosts costs() {
    return costs;
  }

  /** How long it waited for a physical CPU. */
  WaitingTime waiting() {
    return waiting;
  }

  /** The pages of a host file, the same ones for all who map it. On the machine's CPU. */
  SharedObject file(Path path) {
    try {
      Path real = path.toRealPath();
      SharedObject open = files.get(real);
      if (open == null || !open.isMapped()) {
        open = new SharedObject(new MappedFile(real));
        files.put(real, open);
      }
      return open;
    } catch (IOException e) {
      throw new MemoryAccessException(0, "map file " + path + ": " + e);
    }
  }

  synchronized void opened() {
    spaces++;
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** The process's space was closed: ends the process, and the machine with its last one. */
  void closed(UserProcess process) {
    try {
      kernel.exit(process);
    } finally {
      synchronized (this) {
        spaces--;
      }
      stopIfUnused();
    }
  }

  /** Stops the machine if no space is open: after the last one, or if the first can't be opened. */
  void stopIfUnused() {
    synchronized (this) {
      if (stopped || spaces > 0) {
        return;
      }
      stopped = true;
    }
    kernel.shutDown(hypervisorModules::unloadAll);
  }
}
