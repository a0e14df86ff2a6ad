package dev.ooh.weaving.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.memory.Interval;
import dev.ooh.memory.IntervalSource;
import dev.ooh.memory.PageSet;
import dev.ooh.weaving.internal.Samples.Asking;
import dev.ooh.weaving.link.LinkTable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassWeaverTest {
  private static final PageSet SCAN = PageSet.of(0, 8192);

  private final ClassWeaver weaver = new ClassWeaver();

  @ParameterizedTest
  @ValueSource(classes = {Samples.Right.class, Samples.RightAndStatic.class})
  void aMarkedMethodReachesTheCoreAndLosesItAgain(Class<?> sample) throws Exception {
    ClassWeaver.Outcome outcome = weave(sample);
    assertThat(outcome.methods()).containsExactly("changedPages");
    assertThat(outcome.problems()).isEmpty();
    Asking woven = instantiate(sample, outcome.bytes());
    IntervalSource core = (space, consumer, scan, arm) -> Interval.all(scan, "from the core");

    LinkTable.shared().link(core);
    assertThat(woven.ask(SCAN).reasons()).containsExactly("from the core");
    LinkTable.shared().unlink(core, "the core is gone");
    assertThat(woven.ask(SCAN).reasons()).containsExactly("the core is gone");
    assertThat(woven.ask(SCAN).pages()).isEqualTo(SCAN);
  }

  @Test
  void theClassKeepsItsShape() throws Exception {
    byte[] before = classFile(Samples.Right.class);
    ClassModel original = ClassFile.of().parse(before);
    ClassModel woven = ClassFile.of().parse(weave(Samples.Right.class).bytes());
    assertThat(members(woven)).containsExactlyElementsOf(members(original));
    assertThat(woven.flags().flagsMask()).isEqualTo(original.flags().flagsMask());
    assertThat(woven.majorVersion()).isEqualTo(original.majorVersion());
  }

  @Test
  void aWrongSignatureIsAProblemThatNamesFoundAndWanted() throws Exception {
    byte[] before = classFile(Samples.WrongSignature.class);
    ClassWeaver.Outcome outcome = weave(Samples.WrongSignature.class);
    assertThat(outcome.bytes()).isEqualTo(before);
    assertThat(outcome.problems())
        .singleElement()
        .asString()
        .contains("WrongSignature.changedPages")
        .contains("(PageSet)Interval")
        .contains("(AddressSpace,TrackingConsumer,PageSet,PageSet)Interval");
  }

  @Test
  void aMethodWithoutABodyIsAProblem() throws Exception {
    ClassWeaver.Outcome outcome = weave(Samples.WithoutBody.class);
    assertThat(outcome.methods()).isEmpty();
    assertThat(outcome.problems()).singleElement().asString().contains("has no body");
  }

  @Test
  void whatIsNotMarkedIsLeftAlone() throws Exception {
    byte[] before = classFile(Samples.Unmarked.class);
    assertThat(ClassWeaver.MARKER.isIn(Samples.Unmarked.class.getName(), before)).isFalse();
    ClassWeaver.Outcome outcome = weave(Samples.Unmarked.class);
    assertThat(outcome.bytes()).isEqualTo(before);
    assertThat(outcome.methods()).isEmpty();
    assertThat(outcome.problems()).isEmpty();
  }

  @Test
  void theMarkerIsFoundInEveryClassThatUsesIt() throws Exception {
    String name = Samples.Right.class.getName();
    assertThat(ClassWeaver.MARKER.isIn(name, classFile(Samples.Right.class))).isTrue();
    assertThat(ClassWeaver.MARKER.isIn(name, new byte[0])).isFalse();
  }

  /** The type pool drops annotations that it can't find; a bundle's loader need not know them. */
  @Test
  void theMarkerIsFoundThoughTheClassesOwnLoaderLacksIt() throws Exception {
    ClassLoader knowsNothing = new ClassLoader(ClassLoader.getPlatformClassLoader()) {};
    ClassWeaver.Outcome outcome =
        weaver.weave(Samples.Right.class.getName(), classFile(Samples.Right.class), knowsNothing);
    assertThat(outcome.methods()).containsExactly("changedPages");
  }

  private ClassWeaver.Outcome weave(Class<?> sample) throws IOException {
    return weaver.weave(sample.getName(), classFile(sample), sample.getClassLoader());
  }

  private static byte[] classFile(Class<?> sample) throws IOException {
    try (InputStream in =
        sample.getResourceAsStream(
            sample.getName().substring(sample.getPackageName().length() + 1) + ".class")) {
      return in.readAllBytes();
    }
  }

  private static List<String> members(ClassModel model) {
    return Stream.concat(
            model.fields().stream().map(f -> f.fieldName() + " " + f.fieldType()),
            model.methods().stream().map(m -> m.methodName() + " " + m.methodType()))
        .toList();
  }

  private static Asking instantiate(Class<?> sample, byte[] classFile) throws Exception {
    ClassLoader loader =
        new ClassLoader(sample.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals(sample.getName())) {
              Class<?> found = findLoadedClass(name);
              return found != null ? found : defineClass(name, classFile, 0, classFile.length);
            }
            return super.loadClass(name, resolve);
          }
        };
    return (Asking) loader.loadClass(sample.getName()).getDeclaredConstructor().newInstance();
  }
}
