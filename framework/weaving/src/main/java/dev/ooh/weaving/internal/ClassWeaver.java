package dev.ooh.weaving.internal;

import dev.ooh.memory.ChangedPages;
import dev.ooh.weaving.link.LinkTable;
import dev.ooh.weaving.loom.ClassToWeave;
import dev.ooh.weaving.loom.Marker;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.implementation.InvokeDynamic;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Replaces the body of each method marked {@link ChangedPages} by one {@code invokedynamic} with
 * the method's own arguments. The class keeps its shape: no member is added or changed. Stateless.
 */
final class ClassWeaver {
  /** Which classes may have marked methods. */
  static final Marker MARKER = Marker.of(ChangedPages.class);

  private static final MethodDescription.InDefinedShape BOOTSTRAP =
      TypeDescription.ForLoadedType.of(LinkTable.class)
          .getDeclaredMethods()
          .filter(ElementMatchers.named("bootstrap"))
          .getOnly();

  /**
   * What became of a class.
   *
   * @param bytes the woven class; the given array when nothing was woven
   * @param methods the names of the woven methods
   * @param problems one line for each marked method that was left alone
   */
  record Outcome(byte[] bytes, List<String> methods, List<String> problems) {}

  /**
   * Weaves one class.
   *
   * @param loader where the class's own types are found; types it lacks, such as the marker, which
   *     a bundle need not import, are found through the weaver
   */
  Outcome weave(String className, byte[] classFile, ClassLoader loader) {
    ClassToWeave subject = new ClassToWeave(className, classFile, loader);
    List<MethodDescription.InDefinedShape> targets = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (MethodDescription.InDefinedShape method : marked(subject.type())) {
      if (!method.getDescriptor().equals(LinkTable.FETCH.descriptorString())) {
        problems.add(
            "%s.%s is marked @ChangedPages with the signature %s, wanted %s"
                .formatted(className, method.getName(), signature(method), LinkTable.FETCH));
      } else if (method.isAbstract() || method.isNative()) {
        problems.add(
            "%s.%s is marked @ChangedPages and has no body, wanted one that says \"all\""
                .formatted(className, method.getName()));
      } else {
        targets.add(method);
      }
    }
    if (targets.isEmpty()) {
      return new Outcome(classFile, List.of(), problems);
    }
    byte[] woven =
        subject
            .redefine()
            .invokable(ElementMatchers.anyOf(targets))
            .intercept(InvokeDynamic.bootstrap(BOOTSTRAP).withMethodArguments())
            .make()
            .getBytes();
    return new Outcome(woven, targets.stream().map(MethodDescription::getName).toList(), problems);
  }

  private static List<MethodDescription.InDefinedShape> marked(TypeDescription type) {
    return type.getDeclaredMethods()
        .filter(
            ElementMatchers.isAnnotatedWith(ElementMatchers.named(ChangedPages.class.getName())));
  }

  private static String signature(MethodDescription.InDefinedShape method) {
    StringBuilder text = new StringBuilder("(");
    for (TypeDescription parameter : method.getParameters().asTypeList().asErasures()) {
      text.append(text.length() == 1 ? "" : ",").append(parameter.getSimpleName());
    }
    return text.append(')').append(method.getReturnType().asErasure().getSimpleName()).toString();
  }
}
