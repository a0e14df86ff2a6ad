package dev.ooh.integration.rooms;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatchers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One row of the table of rooms: packages of a module, and what else of this project they may
 * import. Package patterns are ArchUnit's: {@code ..} at the end takes in subpackages.
 *
 * @param folder of the module
 * @param packages the packages that the row is about
 * @param apart packages within those that have a row of their own
 * @param mayImport of this project, besides {@code packages}
 */
record Room(String folder, List<String> packages, List<String> apart, List<String> mayImport) {
  private static final Path TOP = Path.of(System.getProperty("ooh.top")).normalize();
  private static final Map<String, JavaClasses> READ = new ConcurrentHashMap<>();

  static Room of(String folder, String... packages) {
    return new Room(folder, List.of(packages), List.of(), List.of());
  }

  Room apartFrom(String... subpackages) {
    return new Room(folder, packages, List.of(subpackages), mayImport);
  }

  Room mayImport(List<String> some, String... more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(Arrays.asList(more));
    return new Room(folder, packages, apart, all);
  }

  /** The classes of a module, without its tests. */
  static Stream<JavaClass> classesOf(String folder) {
    return READ.computeIfAbsent(folder, Room::read).stream();
  }

  private static JavaClasses read(String folder) {
    Path compiled = TOP.resolve(folder).resolve("target/classes");
    if (!Files.isDirectory(compiled)) {
      throw new AssertionError(compiled + " not found, wanted the module built before this test");
    }
    return new ClassFileImporter().importPath(compiled);
  }

  boolean holds(JavaClass type) {
    String name = type.getPackageName();
    return PackageMatchers.of(packages).test(name) && !PackageMatchers.of(apart).test(name);
  }

  /** Each import of the room's classes that the table does not allow, as a line. */
  Set<String> wrongImports() {
    Predicate<String> allowed = PackageMatchers.of(packages);
    return importsOf(
        classesOf(folder).filter(this::holds),
        target ->
            target.getPackageName().startsWith("dev.ooh.")
                && !allowed.or(PackageMatchers.of(mayImport)).test(target.getPackageName()));
  }

  /** The imports that {@code unwanted} matches, one line each. */
  static Set<String> importsOf(Stream<JavaClass> classes, Predicate<JavaClass> unwanted) {
    return classes
        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
        .filter(dependency -> unwanted.test(dependency.getTargetClass().getBaseComponentType()))
        .map(
            dependency ->
                dependency.getOriginClass().getFullName()
                    + " imports "
                    + dependency.getTargetClass().getFullName())
        .collect(Collectors.toSet());
  }

  @Override
  public String toString() {
    return folder + " " + String.join(", ", packages);
  }
}
