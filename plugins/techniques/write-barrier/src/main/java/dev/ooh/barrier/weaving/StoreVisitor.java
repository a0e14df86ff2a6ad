package dev.ooh.barrier.weaving;

import dev.ooh.barrier.weaving.StoreCatalogue.Kind;
import dev.ooh.barrier.woven.WovenCalls;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;
import net.bytebuddy.utility.OpenedClassReader;

/** Puts an {@code invokedynamic} with the same operands in the place of each call that stores. */
final class StoreVisitor extends MethodVisitor {
  private static final String CALLS = Type.getInternalName(WovenCalls.class);
  private static final String BOOTSTRAP =
      "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;";

  private final String className;
  private final CalledMethods called;
  private final Findings findings;

  /** What was found in a class so far. */
  static final class Findings {
    private final List<String> unfollowed = new ArrayList<>();
    private int calls;

    /** What the class does that no barrier can follow. */
    List<String> unfollowed() {
      return List.copyOf(unfollowed);
    }

    /** How many calls were replaced. */
    int calls() {
      return calls;
    }

    void add(String what) {
      unfollowed.add(what);
    }
  }

  StoreVisitor(MethodVisitor next, String className, CalledMethods called, Findings findings) {
    super(OpenedClassReader.ASM_API, next);
    this.className = className;
    this.called = called;
    this.findings = findings;
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String descriptor, boolean isInterface) {
    Kind kind = called.kindOf(owner, name, descriptor);
    if (kind == Kind.NONE) {
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      return;
    }
    // No invokedynamic stands for a call of an overridden method or a constructor.
    if (kind == Kind.UNFOLLOWED || opcode == Opcodes.INVOKESPECIAL) {
      findings.add("%s calls %s.%s".formatted(className, owner.replace('/', '.'), name));
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      return;
    }
    findings.calls++;
    if (kind == Kind.UNSEEN) {
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      super.visitInvokeDynamicInsn(
          name,
          "()V",
          bootstrap("unseen", "Ljava/lang/String;"),
          owner.replace('/', '.') + "." + name);
      return;
    }
    String call =
        opcode == Opcodes.INVOKESTATIC ? descriptor : "(L" + owner + ";" + descriptor.substring(1);
    if (kind == Kind.VARIABLE || kind == Kind.INVOCATION) {
      super.visitInvokeDynamicInsn(
          name, call, bootstrap(kind == Kind.VARIABLE ? "variable" : "invocation", ""));
      return;
    }
    super.visitInvokeDynamicInsn(
        name,
        call,
        bootstrap(family(kind), "Ljava/lang/invoke/MethodHandle;"),
        new Handle(tag(opcode), owner, name, descriptor, isInterface));
  }

  @Override
  public void visitInvokeDynamicInsn(
      String name, String descriptor, Handle bootstrap, Object... arguments) {
    for (Object argument : arguments) {
      if (argument instanceof Handle handle
          && called.kindOf(handle.getOwner(), handle.getName(), handle.getDesc()) != Kind.NONE) {
        findings.add(
            "%s refers to %s.%s as a method reference, wanted a lambda that calls it"
                .formatted(className, handle.getOwner().replace('/', '.'), handle.getName()));
      }
    }
    super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
  }

  private static Handle bootstrap(String method, String argument) {
    return new Handle(
        Opcodes.H_INVOKESTATIC,
        CALLS,
        method,
        BOOTSTRAP + argument + ")Ljava/lang/invoke/CallSite;",
        false);
  }

  private static String family(Kind kind) {
    return switch (kind) {
      case SEGMENT -> "segment";
      case BUFFER -> "buffer";
      case MAKER -> "maker";
      case ALLOCATION -> "allocation";
      default -> "handedOut";
    };
  }

  private static int tag(int opcode) {
    return switch (opcode) {
      case Opcodes.INVOKESTATIC -> Opcodes.H_INVOKESTATIC;
      case Opcodes.INVOKEINTERFACE -> Opcodes.H_INVOKEINTERFACE;
      default -> Opcodes.H_INVOKEVIRTUAL;
    };
  }
}
