package dev.ooh.conformance.broken;

import dev.ooh.memory.PageSet;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A mistake put into one method's code: it does nothing, or it leaves out the calls of another.
 * What is missing answers with nothing: zero, false, null, no pages. So a kit is tested against
 * mistakes of machines and techniques without a line of theirs being there for it.
 *
 * @param className of the class with the mistake
 * @param method every method of that name; calls are left out of its lambdas, too
 * @param omitted the name of the calls to leave out; empty leaves out everything
 */
public record Mutation(String className, String method, String omitted) {
  private static final ClassDesc PAGE_SET = PageSet.class.describeConstable().orElseThrow();

  /** The method does nothing. */
  public static Mutation emptied(String className, String method) {
    return new Mutation(className, method, "");
  }

  /** The method leaves out its calls of methods named {@code omitted}. */
  public static Mutation without(String className, String method, String omitted) {
    return new Mutation(className, method, omitted);
  }

  /**
   * The class with the mistake.
   *
   * @throws IllegalStateException if there is no such method or call: the code has changed, and
   *     this mutation with it must
   */
  public byte[] applyTo(byte[] original) {
    ClassFile classFile = ClassFile.of(ClassFile.StackMapsOption.STACK_MAPS_WHEN_REQUIRED);
    ClassModel model = classFile.parse(original);
    AtomicInteger places = new AtomicInteger();
    byte[] mutant =
        classFile.transformClass(model, omitted.isEmpty() ? emptying(places) : omitting(places));
    if (places.get() == 0) {
      throw new IllegalStateException("mutation " + this + " found nothing to change");
    }
    return mutant;
  }

  private ClassTransform emptying(AtomicInteger places) {
    return (builder, element) -> {
      if (element instanceof MethodModel body && isMeant(body)) {
        places.incrementAndGet();
        builder.withMethodBody(
            body.methodName(),
            body.methodType(),
            body.flags().flagsMask(),
            code -> {
              ClassDesc type = body.methodTypeSymbol().returnType();
              nothing(code, type);
              code.return_(TypeKind.from(type));
            });
      } else {
        builder.with(element);
      }
    };
  }

  private ClassTransform omitting(AtomicInteger places) {
    return ClassTransform.transformingMethodBodies(
        this::isMeant,
        (builder, element) -> {
          if (isOmitted(element)) {
            places.incrementAndGet();
            omit(builder, (InvokeInstruction) element);
          } else {
            builder.with(element);
          }
        });
  }

  private boolean isMeant(MethodModel candidate) {
    String name = candidate.methodName().stringValue();
    boolean lambda = !omitted.isEmpty() && name.startsWith("lambda$" + method + "$");
    return (name.equals(method) || lambda) && candidate.code().isPresent();
  }

  private boolean isOmitted(CodeElement element) {
    return element instanceof InvokeInstruction call && call.name().equalsString(omitted);
  }

  private static void omit(CodeBuilder code, InvokeInstruction call) {
    MethodTypeDesc type = call.typeSymbol();
    List<ClassDesc> arguments = type.parameterList().reversed();
    arguments.forEach(argument -> pop(code, TypeKind.from(argument)));
    if (call.opcode() != Opcode.INVOKESTATIC) {
      code.pop();
    }
    nothing(code, type.returnType());
  }

  private static void pop(CodeBuilder code, TypeKind kind) {
    if (kind.slotSize() == 2) {
      code.pop2();
    } else {
      code.pop();
    }
  }

  private static void nothing(CodeBuilder code, ClassDesc type) {
    switch (TypeKind.from(type)) {
      case VOID -> {}
      case LONG -> code.lconst_0();
      case DOUBLE -> code.dconst_0();
      case FLOAT -> code.fconst_0();
      case REFERENCE -> {
        if (type.equals(PAGE_SET)) {
          code.invokestatic(PAGE_SET, "empty", MethodTypeDesc.of(PAGE_SET));
        } else {
          code.aconst_null();
        }
      }
      default -> code.iconst_0();
    }
  }

  @Override
  public String toString() {
    return omitted.isEmpty()
        ? "%s.%s emptied".formatted(className, method)
        : "%s.%s without %s".formatted(className, method, omitted);
  }
}
