package dev.ooh.linux.substrate;

import dev.ooh.linux.call.Architecture;
import dev.ooh.linux.call.CallException;
import dev.ooh.linux.call.LinuxCalls;
import dev.ooh.linux.call.NativeAccess;
import dev.ooh.linux.monitor.MonitorPool;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Setting;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.memory.Substrate;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The substrate {@code linux}: real off-heap memory of this JVM. */
@Component(service = Substrate.class)
public final class LinuxSubstrate implements Substrate {
  /** Whether all threads that store to a space's memory are of its execution context. */
  static final Setting<String> WRITERS =
      Setting.oneOf(
          "writers",
          List.of("joined", "any"),
          "joined",
          "Which threads store to the memory; any: some that never joined the space, so that"
              + " nobody can stop them for a technique that needs it.");

  /** Shared by the spaces that this object opens; its last space ends it. */
  private final MonitorPool monitors = new MonitorPool();

  private volatile boolean stopped;

  @Override
  public String name() {
    return "linux";
  }

  @Override
  public List<Setting<?>> settings() {
    return List.of(WRITERS);
  }

  @Override
  public Optional<String> refusal() {
    return whyNot();
  }

  /** Throws IllegalStateException with the reason where nothing of this works. */
  static void checkUsable() {
    Optional<String> refusal = whyNot();
    if (refusal.isPresent()) {
      throw new IllegalStateException(refusal.get());
    }
  }

  private static Optional<String> whyNot() {
    if (Architecture.current().isEmpty()) {
      return Optional.of(Architecture.refusal());
    }
    Optional<String> denied = NativeAccess.refusal();
    if (denied.isPresent()) {
      return denied;
    }
    int pageSize = LinuxCalls.pageSize();
    return pageSize == PageSet.PAGE_SIZE
        ? Optional.empty()
        : Optional.of("pages have %d bytes here, wanted %d".formatted(pageSize, PageSet.PAGE_SIZE));
  }

  @Override
  public AddressSpace open(SpaceOptions options) {
    if (stopped) {
      throw new IllegalStateException("the linux substrate was stopped, wanted a running one");
    }
    checkUsable();
    Architecture architecture =
        Architecture.current().orElseThrow(() -> new IllegalStateException(Architecture.refusal()));
    try {
      return new LinuxAddressSpace(options, architecture, monitors);
    } catch (CallException e) {
      throw new IllegalStateException(
          "open address space " + options.name() + ": " + e.getMessage());
    }
  }

  /** New spaces are refused; open ones keep their mappings until their owners close them. */
  @Deactivate
  void stop() {
    stopped = true;
  }
}
