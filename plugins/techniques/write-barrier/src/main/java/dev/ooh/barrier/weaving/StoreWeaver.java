package dev.ooh.barrier.weaving;

import dev.ooh.barrier.weaving.StoreVisitor.Findings;
import dev.ooh.memory.StoresTracked;
import dev.ooh.weaving.loom.ClassToWeave;
import dev.ooh.weaving.loom.Marker;
import java.util.List;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.field.FieldDescription;
import net.bytebuddy.description.field.FieldList;
import net.bytebuddy.description.method.MethodList;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.OpenedClassReader;
import org.jspecify.annotations.Nullable;

/**
 * Weaves a barrier behind each store of a class. The class keeps its shape: no member is added or
 * changed, and no frame. Stateless.
 */
public final class StoreWeaver {
  /** Which classes may bear the mark. */
  public static final Marker MARK = Marker.of(StoresTracked.class);

  /** Java 7: the first class files with invokedynamic. */
  private static final int OLDEST = Opcodes.V1_7;

  /**
   * What became of a class.
   *
   * @param bytes the woven class; the given array when nothing was woven
   * @param calls how many calls were replaced
   * @param unfollowed what the class does that no barrier can follow, a line each
   */
  public record Outcome(byte[] bytes, int calls, List<String> unfollowed) {}

  /**
   * Weaves one class.
   *
   * @param loader where the class's own types are found; null is the boot loader
   */
  public Outcome weave(String className, byte[] classFile, @Nullable ClassLoader loader) {
    int version = ((classFile[6] & 0xff) << 8) | (classFile[7] & 0xff);
    if (version < OLDEST) {
      return new Outcome(
          classFile,
          0,
          List.of(
              "%s has class file version %d, wanted %d or later"
                  .formatted(className, version, OLDEST)));
    }
    Findings findings = new Findings();
    byte[] woven =
        new ClassToWeave(className, classFile, loader)
            .redefine()
            .visit(new Visitors(findings))
            .make()
            .getBytes();
    return new Outcome(
        findings.calls() == 0 ? classFile : woven, findings.calls(), findings.unfollowed());
  }

  /** Visits every method with code, type initializers and lambdas' bodies included. */
  private static final class Visitors extends AsmVisitorWrapper.AbstractBase {
    private final Findings findings;

    Visitors(Findings findings) {
      this.findings = findings;
    }

    @Override
    public ClassVisitor wrap(
        TypeDescription type,
        ClassVisitor next,
        Implementation.Context context,
        TypePool pool,
        FieldList<FieldDescription.InDefinedShape> fields,
        MethodList<?> methods,
        int writerFlags,
        int readerFlags) {
      CalledMethods called = new CalledMethods(pool);
      return new ClassVisitor(OpenedClassReader.ASM_API, next) {
        @Override
        public @Nullable MethodVisitor visitMethod(
            int access,
            String name,
            String descriptor,
            @Nullable String signature,
            String @Nullable [] exceptions) {
          if ((access & Opcodes.ACC_NATIVE) != 0) {
            findings.add("%s.%s is native".formatted(type.getName(), name));
          }
          MethodVisitor code = super.visitMethod(access, name, descriptor, signature, exceptions);
          return code == null ? null : new StoreVisitor(code, type.getName(), called, findings);
        }
      };
    }
  }
}
