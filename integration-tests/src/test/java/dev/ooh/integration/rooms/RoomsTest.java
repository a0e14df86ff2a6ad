package dev.ooh.integration.rooms;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.PackageMatchers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of rooms in docs/architecture.md, as a test. */
class RoomsTest {
  private static final String MEMORY = "dev.ooh.memory";
  private static final String SUPPORT = "dev.ooh.memory.support";
  private static final String COLLECTION = "dev.ooh.memory.collection";
  private static final List<String> CONTRACT =
      List.of(MEMORY, "dev.ooh.tracking", "dev.ooh.tracking.facility");

  /** Of the machine: its extension points, and the events and fields that they speak of. */
  private static final List<String> EXTENSION_POINTS =
      List.of(
          MEMORY,
          "dev.ooh.tracking",
          "dev.ooh.machine.extension",
          "dev.ooh.machine.event",
          "dev.ooh.machine.vmx");

  private static final String IMAGE = "dev.ooh.image";

  private static final List<String> BELOW_STORES =
      List.of(
          IMAGE,
          IMAGE + ".digest",
          IMAGE + ".compression",
          IMAGE + ".message",
          IMAGE + ".support",
          IMAGE + ".file",
          IMAGE + ".input");

  /** Of image sets, what other bundles see. */
  private static final List<String> IMAGES =
      List.of(IMAGE, IMAGE + ".file", IMAGE + ".store", IMAGE + ".reader", IMAGE + ".writer");

  private static final Pattern MAKES_THREADS =
      Pattern.compile("java\\.lang\\.Thread\\.(start|of|sleep|yield)");

  private static final String EXECUTORS_AND_LOCKS =
      "java\\.util\\.concurrent\\.(locks\\..*|\\w*(Executor|Pool)\\w*)";

  static List<Room> rooms() {
    return Stream.concat(others().stream(), images().stream()).toList();
  }

  /** From the lowest on: each imports some of those before it. */
  private static List<Room> images() {
    return List.of(
        image("").mayImport(List.of(MEMORY)),
        image(".digest").mayImport(List.of(MEMORY, IMAGE)),
        image(".compression").mayImport(List.of(MEMORY)),
        image(".message")
            .mayImport(List.of(MEMORY, IMAGE, IMAGE + ".digest", IMAGE + ".compression")),
        image(".support"),
        image(".file").mayImport(List.of(IMAGE + ".support")),
        image(".input").mayImport(List.of(IMAGE, IMAGE + ".digest", IMAGE + ".message")),
        image(".store").mayImport(BELOW_STORES, MEMORY),
        image(".reader").mayImport(BELOW_STORES, MEMORY, IMAGE + ".store"),
        image(".writer").mayImport(BELOW_STORES, MEMORY, IMAGE + ".store", IMAGE + ".reader"),
        image(".remote").mayImport(BELOW_STORES, MEMORY, IMAGE + ".store"));
  }

  private static Room image(String name) {
    return Room.of("framework/image-sets", IMAGE + name);
  }

  private static List<Room> others() {
    return List.of(
        Room.of("framework/tracking-api", MEMORY),
        Room.of("framework/tracking-api", SUPPORT).mayImport(List.of(MEMORY)),
        Room.of("framework/tracking-api", COLLECTION).mayImport(List.of(MEMORY)),
        Room.of("framework/tracking-api", "dev.ooh.tracking").mayImport(List.of(MEMORY)),
        Room.of("framework/tracking-api", "dev.ooh.tracking.facility")
            .mayImport(List.of(MEMORY, "dev.ooh.tracking")),
        Room.of("framework/test-space", "dev.ooh.testing.space", "dev.ooh.testing.jvm")
            .mayImport(CONTRACT, SUPPORT),
        Room.of("framework/tracking-core", "dev.ooh.tracking.core..").mayImport(CONTRACT),
        Room.of("framework/tracking-core", "dev.ooh.recording").mayImport(CONTRACT),
        Room.of("framework/metering", "dev.ooh.metering..").mayImport(CONTRACT, COLLECTION),
        Room.of("framework/weaving", "dev.ooh.weaving..").mayImport(CONTRACT),
        Room.of("framework/conformance-kit", "dev.ooh.conformance..")
            .mayImport(CONTRACT, "dev.ooh.tracking.core"),
        Room.of("framework/library", "dev.ooh.library..")
            .mayImport(
                CONTRACT, "dev.ooh.tracking.core", "dev.ooh.recording", "dev.ooh.linux.substrate"),
        Room.of("framework/cli", "dev.ooh.cli..")
            .mayImport(CONTRACT, "dev.ooh.tracking.core", "dev.ooh.recording"),
        Room.of("framework/evaluation", "dev.ooh.evaluation..")
            .mayImport(List.of("dev.ooh.cli", "dev.ooh.cli.plot")),
        Room.of("framework/checkpoints", "dev.ooh.checkpoints")
            .mayImport(
                IMAGES, MEMORY, "dev.ooh.tracking", "dev.ooh.library", "dev.ooh.linux.substrate"),
        Room.of("framework/launcher", "dev.ooh.launcher.."),
        Room.of("plugins/stores/s3", "dev.ooh.s3"),
        Room.of("plugins/substrates/virtual-hardware", "dev.ooh.machine..")
            .apartFrom("dev.ooh.machine.substrate.."),
        Room.of("plugins/substrates/virtual-hardware", "dev.ooh.machine.substrate..")
            .mayImport(CONTRACT, SUPPORT, "dev.ooh.machine.."),
        Room.of("plugins/substrates/linux-memory", "dev.ooh.linux..").mayImport(CONTRACT, SUPPORT),
        Room.of("plugins/parts/pml-ring", "dev.ooh.ring").mayImport(EXTENSION_POINTS),
        Room.of("plugins/parts/hostile-guest", "dev.ooh.machine.hostile")
            .mayImport(List.of("dev.ooh.machine..", "dev.ooh.ring")),
        Room.of("plugins/techniques/write-barrier", "dev.ooh.barrier..")
            .mayImport(CONTRACT, "dev.ooh.weaving.loom"),
        Room.of("spml-plugin", "dev.ooh.spml..").mayImport(EXTENSION_POINTS, "dev.ooh.ring"),
        Room.of("epml-plugin", "dev.ooh.epml..").mayImport(EXTENSION_POINTS, "dev.ooh.ring"),
        Room.of("plugins/techniques/spp", "dev.ooh.spp..")
            .mayImport(EXTENSION_POINTS, "dev.ooh.ring"),
        Room.of("procfs-plugin", "dev.ooh.procfs..").mayImport(CONTRACT),
        Room.of("uffd-plugin", "dev.ooh.uffd..").mayImport(CONTRACT),
        Room.of("workloads", "dev.ooh.workloads..").mayImport(List.of(MEMORY)),
        Room.of("gc-demo", "dev.ooh.gc..")
            .apartFrom("dev.ooh.gc.command..")
            .mayImport(List.of(MEMORY, COLLECTION, "dev.ooh.workloads..")),
        Room.of("gc-demo", "dev.ooh.gc.command..")
            .mayImport(
                CONTRACT,
                COLLECTION,
                "dev.ooh.workloads..",
                "dev.ooh.gc..",
                "dev.ooh.cli",
                "dev.ooh.cli.plot"),
        Room.of("criu-demo", "dev.ooh.criu..")
            .apartFrom("dev.ooh.criu.command..")
            .mayImport(IMAGES, MEMORY, "dev.ooh.workloads.."),
        Room.of("criu-demo", "dev.ooh.criu.command..")
            .mayImport(
                CONTRACT,
                "dev.ooh.workloads..",
                "dev.ooh.criu..",
                IMAGE,
                IMAGE + ".file",
                IMAGE + ".store",
                IMAGE + ".reader",
                IMAGE + ".writer",
                IMAGE + ".remote",
                "dev.ooh.cli",
                "dev.ooh.cli.plot"),
        Room.of("docs/example-technique", "dev.ooh.example").mayImport(CONTRACT),
        Room.of("docs/example-library", "dev.ooh.example.library")
            .mayImport(List.of(MEMORY, "dev.ooh.tracking", "dev.ooh.library")),
        Room.of("docs/example-checkpoints", "dev.ooh.example.checkpoints")
            .mayImport(List.of("dev.ooh.checkpoints")),
        Room.of("docs/example-collector", "dev.ooh.example.collector")
            .mayImport(
                List.of(
                    MEMORY,
                    "dev.ooh.tracking",
                    "dev.ooh.tracking.core",
                    "dev.ooh.linux.substrate",
                    "dev.ooh.workloads",
                    "dev.ooh.gc..")));
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void importsOnlyWhatTheTableAllows(Room room) {
    assertThat(room.wrongImports()).isEmpty();
  }

  /** So no two of them import each other, by whatever way around. */
  @Test
  void packagesOfImageSetsImportThoseBeforeThemAlone() {
    List<String> before = new ArrayList<>(List.of(MEMORY));
    for (Room room : images()) {
      assertThat(before).as(room.toString()).containsAll(room.mayImport());
      before.addAll(room.packages());
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyPackageHasARow(String folder) {
    assertThat(
            Room.classesOf(folder)
                .filter(type -> rooms().stream().noneMatch(room -> room.holds(type)))
                .map(JavaClass::getPackageName)
                .distinct())
        .isEmpty();
  }

  static Stream<String> folders() {
    return rooms().stream().map(Room::folder).distinct();
  }

  /** What comes in by few doors, by class name: the packages that may import it. */
  static Map<String, List<String>> doors() {
    return Map.ofEntries(
        entry(
            "net\\.bytebuddy\\..*",
            List.of("dev.ooh.weaving.internal", "dev.ooh.weaving.loom", "dev.ooh.barrier.weaving")),
        entry("io\\.micrometer\\..*", List.of("dev.ooh.metering..")),
        entry("io\\.prometheus\\..*", List.of("dev.ooh.metering.prometheus")),
        entry("org\\.HdrHistogram\\..*", List.of("dev.ooh.gc.statistics")),
        entry(
            "com\\.google\\.protobuf\\..*",
            List.of(IMAGE + ".message", IMAGE + ".input", IMAGE + ".reader", IMAGE + ".writer")),
        entry("net\\.jpountz\\..*", List.of(IMAGE + ".compression")),
        entry("software\\.amazon\\..*", List.of("dev.ooh.s3")),
        entry(
            "picocli\\..*",
            List.of(
                "dev.ooh.cli..",
                "dev.ooh.evaluation",
                "dev.ooh.gc.command..",
                "dev.ooh.criu.command..")),
        entry("(org\\.knowm|de\\.erichseifert|java\\.awt)\\..*", List.of("dev.ooh.cli.plot")),
        entry("org\\.apache\\.felix\\.framework\\..*", List.of("dev.ooh.launcher")),
        entry(
            "java\\.lang\\.foreign\\.(Linker|SymbolLookup).*",
            List.of("dev.ooh.linux..", "dev.ooh.machine.memory")));
  }

  @ParameterizedTest
  @MethodSource("folders")
  void librariesComeInByTheirDoorsOnly(String folder) {
    Set<String> wrong = new TreeSet<>();
    doors()
        .forEach(
            (library, rooms) ->
                wrong.addAll(
                    Room.importsOf(
                        Room.classesOf(folder)
                            .filter(type -> !PackageMatchers.of(rooms).test(type.getPackageName())),
                        target -> target.getFullName().matches(library))));
    assertThat(wrong).isEmpty();
  }

  @Test
  void theLauncherSeesOnlyTheJdkAndFelix() {
    Predicate<String> allowed =
        PackageMatchers.of(
            "java..",
            "dev.ooh.launcher",
            "org.apache.felix.framework",
            "org.osgi.framework..",
            "org.jspecify.annotations");
    assertThat(
            Room.importsOf(
                Room.classesOf("framework/launcher"),
                target -> !target.isPrimitive() && !allowed.test(target.getPackageName())))
        .isEmpty();
  }

  /** On the virtual substrate a thread that the context does not know would break the baton. */
  @ParameterizedTest
  @ValueSource(strings = {"workloads", "gc-demo", "criu-demo"})
  void consumersTakeTheirThreadsFromTheContext(String folder) {
    assertThat(
            Room.classesOf(folder)
                .flatMap(type -> type.getCodeUnitCallsFromSelf().stream())
                .filter(call -> MAKES_THREADS.matcher(call.getTarget().getFullName()).lookingAt())
                .map(Object::toString))
        .isEmpty();
    assertThat(
            Room.importsOf(
                Room.classesOf(folder),
                target -> target.getFullName().matches(EXECUTORS_AND_LOCKS)))
        .isEmpty();
  }
}
