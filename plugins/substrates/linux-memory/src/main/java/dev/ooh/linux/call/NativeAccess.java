package dev.ooh.linux.call;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Whether the JVM lets this code call the kernel; asked before any class that does is loaded. */
public final class NativeAccess {
  private NativeAccess() {}

  /** Why it doesn't, and what to do about it; empty when it does. */
  public static Optional<String> refusal() {
    try {
      MemorySegment _ =
          MemorySegment.NULL.reinterpret(0); // restricted as calls are, and costs nothing
      return Optional.empty();
    } catch (IllegalCallerException e) {
      Module module = NativeAccess.class.getModule();
      return Optional.of(
          "native access is denied to this JVM's %s, wanted the option --enable-native-access=%s"
              .formatted(module, module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }
  }
}
