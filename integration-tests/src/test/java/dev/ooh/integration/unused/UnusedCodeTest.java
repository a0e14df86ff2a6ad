package dev.ooh.integration.unused;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each member of main code is used by main code, or is there for others: it belongs to an exported
 * package, overrides, is annotated, or is named in a service file or as a string. What only a test
 * calls is not used.
 */
class UnusedCodeTest {
  /** Class and name of a member that nothing refers to, and why it stays. */
  private static final Map<String, String> ALLOWED =
      Map.ofEntries(
          entry(
              "dev.ooh.conformance.session.EventsContract.eventsOfASwitchOfProcesses",
              "for the tests that extend the contract"),
          entry("dev.ooh.example.collector.Cleaners.<init>", "an example, which a test uses"),
          entry("dev.ooh.example.collector.Cleaners.clean", "an example, which a test uses"),
          entry("dev.ooh.example.collector.Cleaners.register", "an example, which a test uses"),
          entry(
              "dev.ooh.checkpoints.Checkpoints.resource",
              "keeps alive what CRaC's context holds by a weak reference"),
          entry(
              "dev.ooh.library.PageTracker.checkpointResource",
              "keeps alive what CRaC's context holds by a weak reference"),
          entry(
              "dev.ooh.linux.substrate.MappingLimit.looks",
              "counted, since no clock may say that adding is linear"),
          entry("dev.ooh.machine.cpu.Vcpu.cr3", "a register that tests look at"),
          entry("dev.ooh.machine.cpu.Vcpu.inRootMode", "a state that tests look at"),
          entry("dev.ooh.machine.cpu.Vcpu.selfIpi", "an instruction that tests execute"),
          entry(
              "dev.ooh.machine.cpu.TranslationCache.setGenerationForTest",
              "what wraps after 67 million flushes can't be waited for"),
          entry("dev.ooh.machine.event.EventCounters.get", "counted, so that a price shows"),
          entry("dev.ooh.machine.event.EventCounts.minus", "counted, so that a price shows"),
          entry(
              "dev.ooh.machine.hypervisor.VirtualMachine.move",
              "a host that compacts its memory, which the tests of pinned pages play"),
          entry(
              "dev.ooh.machine.kernel.FrameAllocator.freeFrames", "counted, so that a leak shows"),
          entry(
              "dev.ooh.machine.kernel.Mappings.move",
              "mremap, a change below a tracked range that tests make"),
          entry(
              "dev.ooh.machine.kernel.RemoteAccess.isDirty",
              "what the kernel knows of a page whose flag a module cleared"),
          entry(
              "dev.ooh.machine.memory.HostMemory.allocatedBytes", "counted, so that a leak shows"),
          entry(
              "dev.ooh.machine.memory.HostMemory.<init>",
              "the memory of a processor that tests run without a host"),
          entry("dev.ooh.machine.memory.MemoryPool.takenBytes", "counted, so that a leak shows"),
          entry("dev.ooh.machine.vmx.VmcsField.index", "a part of the field's encoding"),
          entry("dev.ooh.machine.vmx.VmcsLayout.fields", "the layout as a whole"));

  private static final Set<String> CALLED_BY_THE_JVM =
      Set.of("<clinit>", "main", "premain", "agentmain", "values", "valueOf", "$values");

  @Test
  void everyMemberIsUsed() throws IOException {
    MainCode code = MainCode.read();
    Set<String> unused = new TreeSet<>();
    for (ClassModel type : code.classes()) {
      members(type)
          .filter(member -> !isForOthers(code, type, member))
          .filter(member -> !code.isReferredTo(member))
          .forEach(member -> unused.add(member.shortName()));
    }
    unused.removeAll(ALLOWED.keySet());
    assertThat(unused).as("members that nothing refers to").isEmpty();
  }

  @Test
  void theAllowListNamesOnlyWhatIsThere() throws IOException {
    List<String> all = new ArrayList<>();
    for (ClassModel type : MainCode.read().classes()) {
      members(type).forEach(member -> all.add(member.shortName()));
    }
    assertThat(all).containsAll(ALLOWED.keySet());
  }

  private static Stream<Member> members(ClassModel type) {
    String owner = type.thisClass().asInternalName();
    Stream<Member> methods =
        type.methods().stream()
            .filter(method -> !isGenerated(type, method))
            .map(
                method ->
                    new Member(
                        owner,
                        method.methodName().stringValue(),
                        method.methodType().stringValue()));
    Stream<Member> fields =
        type.fields().stream()
            .filter(field -> !isGenerated(type, field))
            .map(
                field ->
                    new Member(
                        owner, field.fieldName().stringValue(), field.fieldType().stringValue()));
    return Stream.concat(methods, fields);
  }

  private static boolean isGenerated(ClassModel type, MethodModel method) {
    int flags = method.flags().flagsMask();
    String name = method.methodName().stringValue();
    boolean noArguments = method.methodType().stringValue().startsWith("()");
    // A utility's private constructor is there to be called by nobody; a public one by reflection.
    boolean constructor = name.equals("<init>") && (noArguments || isNestedTest(type));
    boolean accessor =
        isRecord(type)
            && noArguments
            && type.fields().stream().anyMatch(field -> field.fieldName().equalsString(name));
    return (flags & (ClassFile.ACC_SYNTHETIC | ClassFile.ACC_BRIDGE)) != 0
        || CALLED_BY_THE_JVM.contains(name)
        || constructor
        || accessor
        || isAnnotated(method);
  }

  private static boolean isGenerated(ClassModel type, FieldModel field) {
    int flags = field.flags().flagsMask();
    // The compiler copies constants to where they are used.
    boolean constant = field.findAttribute(Attributes.constantValue()).isPresent();
    return (flags & (ClassFile.ACC_SYNTHETIC | ClassFile.ACC_ENUM)) != 0
        || constant
        || isRecord(type) && (flags & ClassFile.ACC_STATIC) == 0
        || isAnnotated(field);
  }

  private static boolean isRecord(ClassModel type) {
    return type.findAttribute(Attributes.record()).isPresent();
  }

  /** JUnit makes one within an instance of the class around it. */
  private static boolean isNestedTest(ClassModel type) {
    return annotations(type).anyMatch("Lorg/junit/jupiter/api/Nested;"::equals);
  }

  /** Annotations of frameworks name what they call; those of the language don't. */
  private static boolean isAnnotated(AttributedElement element) {
    return annotations(element).anyMatch(name -> !name.startsWith("Ljava/lang/"));
  }

  private static Stream<String> annotations(AttributedElement element) {
    return element.attributes().stream()
        .flatMap(
            attribute ->
                switch (attribute) {
                  case RuntimeVisibleAnnotationsAttribute visible -> visible.annotations().stream();
                  case RuntimeInvisibleAnnotationsAttribute hidden -> hidden.annotations().stream();
                  default -> Stream.empty();
                })
        .map(annotation -> annotation.className().stringValue());
  }

  private static boolean isForOthers(MainCode code, ClassModel type, Member member) {
    return code.isNamed(member)
        || code.isExported(member.owner()) && isVisibleOutside(type, member)
        || member.isMethod() && overrides(code, member);
  }

  private static boolean isVisibleOutside(ClassModel type, Member member) {
    int wanted = ClassFile.ACC_PUBLIC | ClassFile.ACC_PROTECTED;
    return Stream.concat(
            type.methods().stream()
                .filter(method -> method.methodName().equalsString(member.name()))
                .filter(method -> method.methodType().equalsString(member.type()))
                .map(method -> method.flags().flagsMask()),
            type.fields().stream()
                .filter(field -> field.fieldName().equalsString(member.name()))
                .map(field -> field.flags().flagsMask()))
        .anyMatch(flags -> (flags & wanted) != 0);
  }

  private static boolean overrides(MainCode code, Member member) {
    if (member.name().equals("<init>")) {
      return false;
    }
    for (String type : code.above(member.owner())) {
      if (code.isOurs(type) ? code.declares(type, member) : mayDeclare(type, member.name())) {
        return true;
      }
    }
    return false;
  }

  /** Of a library that is not on the class path of the tests, anything. */
  private static boolean mayDeclare(String type, String method) {
    try {
      Class<?> found =
          Class.forName(type.replace('/', '.'), false, UnusedCodeTest.class.getClassLoader());
      for (Class<?> each = found; each != null; each = each.getSuperclass()) {
        if (Stream.of(each.getDeclaredMethods()).map(Method::getName).anyMatch(method::equals)) {
          return true;
        }
      }
      return Stream.of(found.getMethods()).map(Method::getName).anyMatch(method::equals);
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      return true;
    }
  }
}
