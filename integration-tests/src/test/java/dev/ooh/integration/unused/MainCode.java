package dev.ooh.integration.unused;

import aQute.bnd.header.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The compiled classes of every module without their tests, with what they refer to. Constant pools
 * name each method that is called or handed on as a handle; of fields only reads count as a use.
 */
final class MainCode {
  private static final Path TOP = Path.of(System.getProperty("ooh.top")).normalize();
  private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");

  /** Tests, and what comes after them in the build. */
  private static final Set<String> APART =
      Set.of(
          "framework/test-space", "plugins/parts/hostile-guest", "integration-tests", "benchmarks");

  /** Exported for the bundles of this repository alone, which are looked at here. */
  private static final Pattern INSIDES = Pattern.compile("dev/ooh/(machine/(?!extension/)|ring/)");

  /** By the protobuf compiler, with a method for whatever may be done with a field. */
  private static final Pattern GENERATED =
      Pattern.compile("dev/ooh/image/message/(Criu|Ooh)Messages\\b.*");

  private final Map<String, ClassModel> classes = new HashMap<>();
  private final Set<Member> referred = new HashSet<>();

  /** By class: the texts of its module. */
  private final Map<String, Set<String>> texts = new HashMap<>();

  private final Set<String> exported = new HashSet<>();

  /**
   * @throws AssertionError if a module is not built
   */
  static MainCode read() throws IOException {
    MainCode code = new MainCode();
    List<String> modules =
        MODULE
            .matcher(Files.readString(TOP.resolve("pom.xml")))
            .results()
            .map(found -> found.group(1))
            .filter(module -> !APART.contains(module))
            .toList();
    for (String module : modules) {
      Path sources = TOP.resolve(module).resolve("src/main/java");
      Path compiled = TOP.resolve(module).resolve("target/classes");
      if (Files.isDirectory(sources) && !Files.isDirectory(compiled)) {
        throw new AssertionError(compiled + " not found, wanted the module built before this test");
      }
      if (Files.isDirectory(compiled)) {
        code.readModule(compiled);
      }
    }
    return code;
  }

  private void readModule(Path compiled) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(compiled)) {
      all.filter(Files::isRegularFile).forEach(files::add);
    }
    Set<String> strings = new HashSet<>();
    for (Path file : files) {
      String name = compiled.relativize(file).toString();
      if (name.endsWith(".class") && !name.endsWith("-info.class")) {
        readClass(Files.readAllBytes(file), strings);
      } else if (name.startsWith("META-INF/services/") || name.startsWith("OSGI-INF/")) {
        strings.addAll(List.of(Files.readString(file).split("[\\s\"<>=]+")));
      }
    }
    Path manifest = compiled.resolve("META-INF/MANIFEST.MF");
    if (Files.exists(manifest)) {
      try (InputStream in = Files.newInputStream(manifest)) {
        String header = new Manifest(in).getMainAttributes().getValue("Export-Package");
        new Parameters(header).keySet().forEach(name -> exported.add(name.replace('.', '/')));
      }
    }
  }

  private void readClass(byte[] bytes, Set<String> strings) {
    ClassModel model = ClassFile.of().parse(bytes);
    String type = model.thisClass().asInternalName();
    if (!type.startsWith("dev/ooh/") || GENERATED.matcher(type).matches()) {
      return;
    }
    classes.put(model.thisClass().asInternalName(), model);
    texts.put(model.thisClass().asInternalName(), strings);
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof StringEntry string) {
        strings.add(string.stringValue());
      } else if (entry instanceof MemberRefEntry member
          && member.type().stringValue().startsWith("(")) {
        refer(member);
      }
    }
    for (MethodModel method : model.methods()) {
      method
          .code()
          .ifPresent(
              code ->
                  code.forEach(
                      element -> {
                        if (element instanceof FieldInstruction field
                            && (field.opcode() == Opcode.GETFIELD
                                || field.opcode() == Opcode.GETSTATIC)) {
                          refer(field.field());
                        }
                      }));
    }
  }

  private void refer(MemberRefEntry member) {
    referred.add(
        new Member(
            member.owner().asInternalName(),
            member.name().stringValue(),
            member.type().stringValue()));
  }

  Iterable<ClassModel> classes() {
    return classes.values();
  }

  boolean isOurs(String type) {
    return classes.containsKey(type);
  }

  /** All types above a class; what is not ours is there without what is above it. */
  List<String> above(String type) {
    List<String> all = new ArrayList<>();
    collectAbove(type, all);
    return all;
  }

  private void collectAbove(String type, List<String> all) {
    ClassModel model = classes.get(type);
    if (model == null) {
      return;
    }
    List<String> direct = new ArrayList<>();
    model.superclass().ifPresent(found -> direct.add(found.asInternalName()));
    model.interfaces().forEach(found -> direct.add(found.asInternalName()));
    for (String each : direct) {
      all.add(each);
      collectAbove(each, all);
    }
  }

  /** Whether anybody refers to it, by its own class or by one below. */
  boolean isReferredTo(Member member) {
    if (referred.contains(member)) {
      return true;
    }
    return referred.stream()
        .filter(found -> found.name().equals(member.name()) && found.type().equals(member.type()))
        .anyMatch(found -> above(found.owner()).contains(member.owner()));
  }

  /** Whether code, a service file or a component description of its module has the name as text. */
  boolean isNamed(Member member) {
    return texts.get(member.owner()).contains(member.name());
  }

  /** Whether a class can be reached from other bundles: it and those around it are public. */
  boolean isExported(String type) {
    if (!exported.contains(type.substring(0, type.lastIndexOf('/')))
        || INSIDES.matcher(type).lookingAt()) {
      return false;
    }
    for (int end = type.length(); end > 0; end = type.lastIndexOf('$', end - 1)) {
      ClassModel model = classes.get(type.substring(0, end));
      if (model != null && (model.flags().flagsMask() & ClassFile.ACC_PUBLIC) == 0) {
        return false;
      }
    }
    return true;
  }

  boolean declares(String type, Member member) {
    ClassModel model = classes.get(type);
    return model != null
        && model.methods().stream()
            .anyMatch(
                method ->
                    method.methodName().equalsString(member.name())
                        && method.methodType().equalsString(member.type()));
  }
}
