package dev.ooh.memory;

import java.util.List;
import java.util.Optional;

/**
 * Where tracked memory lives: a simulated machine or this process. A stateless factory with a
 * public no-argument constructor, found as an OSGi service or by {@link java.util.ServiceLoader}.
 */
public interface Substrate {
  /** {@code virtual}, {@code linux}, … */
  String name();

  /** Why this machine can't offer the substrate; empty when it can. */
  Optional<String> refusal();

  /** What it takes from {@link SpaceOptions#settings}; none unless it says otherwise. */
  default List<Setting<?>> settings() {
    return List.of();
  }

  /**
   * Opens an address space; the caller closes it.
   *
   * @throws IllegalArgumentException for an option this substrate knows and a value it doesn't,
   *     naming the option, the value found and the values wanted
   * @throws IllegalStateException when it {@linkplain #refusal refuses}, or was stopped
   */
  AddressSpace open(SpaceOptions options);
}
