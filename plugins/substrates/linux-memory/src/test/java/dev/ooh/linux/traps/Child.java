package dev.ooh.linux.traps;

import dev.ooh.linux.substrate.LinuxSubstrate;
import dev.ooh.memory.AddressSpace;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import dev.ooh.memory.RegionRequest;
import dev.ooh.memory.SpaceOptions;
import dev.ooh.testing.jvm.ChildJvm;
import dev.ooh.tracking.facility.FacilityException;
import dev.ooh.tracking.facility.Userfaultfd;
import dev.ooh.tracking.facility.WriteProtectScan;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Another JVM with a tracked region, and what it does there. */
record Child(Process process, BufferedReader output) implements AutoCloseable {
  static final String MONITORS_HOME = "MONITORS_HOME";

  enum Role {
    /** Prints its monitor's process id and waits. */
    HOLD_A_MONITOR,
    /** The same, with the Java of the environment's {@link #MONITORS_HOME} for its monitor. */
    HOLD_A_MONITOR_OF_ANOTHER_JAVA,
    /** Opens scanners until the kernel refuses, prints why, closes them and goes on. */
    USE_UP_DESCRIPTORS,
    /** The same with synchronous descriptors, which a monitor serves. */
    USE_UP_SYNCHRONOUS_DESCRIPTORS,
    /** Prints why a synchronous descriptor is refused, and goes on with an asynchronous one. */
    OPEN_WITHOUT_PRIVILEGE
  }

  /** {@code before} is a shell's, for limits and users; its end starts the JVM. */
  static Child start(Path folder, String before, Role role) throws IOException {
    return start(folder, before, role, ChildJvm.CLASS_PATH);
  }

  /** As {@link #start}, for a user who may not read what the class path names. */
  static Child startForOthers(Path folder, String before, Role role) throws IOException {
    openToOthers(folder);
    List<String> copies = new ArrayList<>();
    for (String entry : ChildJvm.CLASS_PATH.split(File.pathSeparator)) {
      Path from = Path.of(entry);
      if (Files.exists(from)) {
        Path to = folder.resolve(copies.size() + "-" + from.getFileName());
        copy(from, to);
        copies.add(to.toString());
      }
    }
    return start(folder, before, role, String.join(File.pathSeparator, copies));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.copy(file, copy);
        openToOthers(copy);
      }
    }
  }

  private static void openToOthers(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Child start(Path folder, String before, Role role, String classPath)
      throws IOException {
    File errors = folder.resolve("errors").toFile();
    Process process =
        ChildJvm.of(Child.class, role.name())
            .by("sh", "-c", before + "\"$0\" \"$@\"")
            .with("--enable-native-access=ALL-UNNAMED")
            .withClassPath(classPath)
            .builder()
            .redirectError(errors)
            .start();
    return new Child(process, process.inputReader(StandardCharsets.UTF_8));
  }

  String line() throws IOException {
    return String.valueOf(output.readLine());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  public static void main(String[] arguments) throws Exception {
    AddressSpace space = new LinuxSubstrate().open(SpaceOptions.named("child"));
    Region region = space.map(RegionRequest.anonymous("r", 16 * PageSet.PAGE_SIZE));
    switch (Role.valueOf(arguments[0])) {
      case HOLD_A_MONITOR -> holdAMonitor(space, region);
      case HOLD_A_MONITOR_OF_ANOTHER_JAVA -> {
        System.setProperty("java.home", System.getenv(MONITORS_HOME));
        holdAMonitor(space, region);
      }
      case USE_UP_DESCRIPTORS -> useUpDescriptors(space, region);
      case USE_UP_SYNCHRONOUS_DESCRIPTORS -> useUpSynchronousDescriptors(space, region);
      case OPEN_WITHOUT_PRIVILEGE -> openWithoutPrivilege(space, region);
    }
  }

  private static void holdAMonitor(AddressSpace space, Region region) throws Exception {
    Userfaultfd.Descriptor descriptor =
        space
            .facility(Userfaultfd.class)
            .orElseThrow()
            .open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT);
    descriptor.register(region.pages());
    descriptor.writeProtect(region.pages());
    System.out.println(Monitors.pids().getFirst());
    Thread.currentThread().join();
  }

  private static void useUpDescriptors(AddressSpace space, Region region) throws Exception {
    WriteProtectScan scans = space.facility(WriteProtectScan.class).orElseThrow();
    WriteProtectScan.Scanner first = scans.open();
    space.memory().putLong(region.start(), 1);
    try {
      // Loads what is needed to say why: classes in a folder take descriptors too.
      first.scan(region.pages(), region.pages());
    } catch (FacilityException expected) {
      first.register(region.pages());
    }
    first.scan(region.pages(), region.pages());
    List<WriteProtectScan.Scanner> more = new ArrayList<>();
    String refusal = "";
    while (refusal.isEmpty()) {
      try {
        more.add(scans.open());
      } catch (FacilityException e) {
        refusal = e.getMessage() + "; " + e.remedy();
      }
    }
    space.memory().putLong(region.start() + PageSet.PAGE_SIZE, 1);
    boolean tracked = first.scan(region.pages(), region.pages()).pageCount() == 1;
    more.forEach(WriteProtectScan.Scanner::close);
    System.out.println(refusal);
    System.out.println(tracked ? "goes on" : "lost a page");
    System.exit(0);
  }

  private static void useUpSynchronousDescriptors(AddressSpace space, Region region)
      throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    Userfaultfd.Descriptor first = facility.open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT);
    first.register(region.pages());
    try {
      // Loads what is needed to say why.
      first.register(PageSet.of(PageSet.PAGE_SIZE, 2 * PageSet.PAGE_SIZE));
    } catch (FacilityException expected) {
      first.writeProtect(region.pages());
    }
    List<Userfaultfd.Descriptor> more = new ArrayList<>();
    String refusal = "";
    while (refusal.isEmpty()) {
      try {
        more.add(facility.open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT));
      } catch (FacilityException e) {
        refusal = e.getMessage() + "; " + e.remedy();
      }
    }
    space.memory().putLong(region.start() + PageSet.PAGE_SIZE, 1);
    boolean tracked = first.drain().pageCount() == 1 && first.lost().isEmpty();
    more.forEach(Userfaultfd.Descriptor::close);
    System.out.println(refusal);
    System.out.println(tracked ? "goes on" : "lost a page");
    System.exit(0);
  }

  private static void openWithoutPrivilege(AddressSpace space, Region region) throws Exception {
    Userfaultfd facility = space.facility(Userfaultfd.class).orElseThrow();
    try {
      facility.open(Userfaultfd.Mode.SYNCHRONOUS_WRITE_PROTECT).close();
      System.out.println("not refused");
    } catch (FacilityException e) {
      System.out.println(e.getMessage() + "; " + e.remedy());
    }
    try (var other = facility.open(Userfaultfd.Mode.ASYNCHRONOUS_WRITE_PROTECT)) {
      other.register(region.pages());
      space.memory().fill(region.start(), region.bytes(), (byte) 1);
      other.writeProtect(region.pages());
      space.memory().putLong(region.start(), 1);
      System.out.println(other.drain().pageCount() == 1 ? "goes on" : "lost a page");
    }
    System.exit(0);
  }
}
