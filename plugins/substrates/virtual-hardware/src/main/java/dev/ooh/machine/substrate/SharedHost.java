package dev.ooh.machine.substrate;

import dev.ooh.machine.event.Event;
import dev.ooh.machine.extension.Registration;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.tracking.facility.VirtualHost;
import java.util.function.BiFunction;

/** A machine's host, as one of its processes sees it. */
final class SharedHost implements VirtualHost {
  private final Machine machine;
  private final BiFunction<Machine, SpaceOptions, AddressSpace> opener;

  /**
   * @param opener opens the space of a process in a new machine beside this one
   */
  SharedHost(Machine machine, BiFunction<Machine, SpaceOptions, AddressSpace> opener) {
    this.machine = machine;
    this.opener = opener;
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    return opener.apply(machine, options);
  }

  @Override
  public Hold hold() {
    Registration hold = machine.host().hypervisor().hold();
    return hold::close;
  }

  @Override
  public Usage usage() {
    return new Usage(
        machine.costs().ranMillis(),
        machine.waiting().millis(),
        machine.hardware().scheduled().ranSteps(),
        machine.costs().counts().get(Event.VMPTRLD));
  }
}
