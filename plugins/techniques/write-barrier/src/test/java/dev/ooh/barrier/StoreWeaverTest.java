package dev.ooh.barrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ooh.barrier.weaving.StoreWeaver;
import dev.ooh.barrier.weaving.StoreWeaver.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The weaver names what no barrier can follow. */
class StoreWeaverTest {
  @ParameterizedTest
  @CsvSource({
    "Reference, refers to java.lang.foreign.MemorySegment.set as a method reference",
    "Native, .store is native",
    "Slicing, calls java.lang.foreign.SegmentAllocator.slicingAllocator",
    "AsynchronousSocket, calls java.nio.channels.AsynchronousSocketChannel.read",
    "AsynchronousFile, calls java.nio.channels.AsynchronousFileChannel.read",
    "Super, calls java.io.CharArrayReader.read",
  })
  void whatNoBarrierCanFollowIsNamed(String name, String call) throws Exception {
    assertThat(weave(name).unfollowed())
        .singleElement()
        .asString()
        .startsWith("dev.ooh.barrier.Unfollowable$" + name)
        .contains(call);
  }

  @Test
  void aWriteFromABufferIsNoStore() throws Exception {
    assertThat(weave("AsynchronousWriter").unfollowed()).isEmpty();
  }

  /** As of another bundle's own class, which this one's loader does not see. */
  @Test
  void aCallOfAClassThatCannotBeFoundMayStore() {
    ClassWriter caller = new ClassWriter(0);
    caller.visit(Opcodes.V17, 0, "Caller", null, "java/lang/Object", null);
    MethodVisitor code =
        caller.visitMethod(
            Opcodes.ACC_STATIC, "call", "(Ljava/lang/Object;Ljava/nio/CharBuffer;)V", null, null);
    code.visitCode();
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitTypeInsn(Opcodes.CHECKCAST, "gone/Away");
    code.visitVarInsn(Opcodes.ALOAD, 1);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, "gone/Away", "take", "(Ljava/nio/CharBuffer;)V", false);
    code.visitInsn(Opcodes.RETURN);
    code.visitMaxs(2, 2);
    code.visitEnd();
    caller.visitEnd();
    Outcome outcome = new StoreWeaver().weave("Caller", caller.toByteArray(), null);
    assertThat(outcome.calls()).isOne();
    assertThat(outcome.unfollowed()).isEmpty();
  }

  private static Outcome weave(String name) throws IOException {
    String className = "dev.ooh.barrier.Unfollowable$" + name;
    ClassLoader loader = StoreWeaverTest.class.getClassLoader();
    try (InputStream in =
        Objects.requireNonNull(
            loader.getResourceAsStream(className.replace('.', '/') + ".class"))) {
      return new StoreWeaver().weave(className, in.readAllBytes(), loader);
    }
  }
}
